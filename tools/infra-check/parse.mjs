// Prints every Terraform file below a folder as JSON: { "main.tf": { "resource": ... }, "modules/app/main.tf": ... }.
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import hcl from '@cdktf/hcl2json';

const root = process.argv[2] ?? '../../infra';
const files = readdirSync(root, { recursive: true }).filter((name) => name.endsWith('.tf') && !name.includes('.terraform')).sort();
const parsed = {};
for (const name of files) {
  parsed[name.split(sep).join('/')] = await hcl.parse(name, readFileSync(join(root, name), 'utf8'));
}
process.stdout.write(JSON.stringify(parsed));
