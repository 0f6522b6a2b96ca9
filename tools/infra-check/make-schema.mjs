// Cuts the schema of the azurerm types in use out of the provider's generated bindings, which can be had without a Terraform registry:
//   npm install --no-save --no-package-lock @cdktf/provider-azurerm@14.23.1 cdktf@0.21.0 constructs@10.4.2
//   node make-schema.mjs ../../infra > ../../tests/ComputeHorde.Durable.Azure.Tests/azurerm-schema.json
// The bindings carry their TypeScript source in the source map; each attribute there says "computed, optional, required".
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';

const bindings = dirname(createRequire(import.meta.url).resolve('@cdktf/provider-azurerm/package.json'));
const attribute = /\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\r?\n\s+(?:private _\w+ = new (\w+?)(List|Map|OutputReference)\(this|private _\w+\??: ([^;]+);|public get)/g;

function sourceOf(folder) {
  const js = readFileSync(join(bindings, 'lib', folder, 'index.js'), 'utf8');
  const map = JSON.parse(Buffer.from(js.slice(js.lastIndexOf('base64,') + 7), 'base64').toString('utf8'));
  return map.sourcesContent[0];
}

function classes(source) {
  const found = new Map();
  for (const text of source.split(/^export class /m).slice(1)) {
    found.set(/^\w+/.exec(text)[0], text);
  }
  return found;
}

function describe(all, name, isBlockOf) {
  const schema = { attributes: {}, blocks: {} };
  for (const [, field, , optional, required, type, kind] of all.get(name).matchAll(attribute)) {
    const need = required === 'true' ? 'required' : optional === 'true' ? 'optional' : 'computed';
    if (need !== 'computed' && type && isBlockOf(type)) {
      schema.blocks[field] = { need, many: kind !== 'OutputReference', ...describe(all, `${type}OutputReference`, isBlockOf) };
    } else {
      schema.attributes[field] = need;
    }
  }
  return schema;
}

function schemaOf(type, prefix) {
  const source = sourceOf(prefix + type.replace(/^azurerm_/, '').replaceAll('_', '-'));
  const all = classes(source);
  const top = [...all].find(([, text]) => /^\w+ extends cdktf\.Terraform(Resource|DataSource|Provider) /.test(text))[0];
  // A list that is written as an attribute (SchemaConfigModeAttr) maps its items with "false".
  const isBlockOf = (name) => !new RegExp(`listMapperHcl\\(${name[0].toLowerCase()}${name.slice(1)}ToHclTerraform, false\\)`).test(source);
  return describe(all, top, isBlockOf);
}

const infra = JSON.parse(execFileSync(process.execPath, [join(import.meta.dirname, 'parse.mjs'), process.argv[2] ?? '../../infra'], { maxBuffer: 1 << 26 }));
const used = (kind) => [...new Set(Object.values(infra).flatMap((file) => Object.keys(file[kind] ?? {})))].filter((type) => type.startsWith('azurerm_')).sort();
const schema = {
  provider: `hashicorp/azurerm ${JSON.parse(readFileSync(join(bindings, 'package.json'), 'utf8')).cdktf.provider.version}`,
  resource: Object.fromEntries(used('resource').map((type) => [type, schemaOf(type, '')])),
  data: Object.fromEntries(used('data').map((type) => [type, schemaOf(type, 'data-azurerm-')])),
};
process.stdout.write(JSON.stringify(schema, null, 1) + '\n');
