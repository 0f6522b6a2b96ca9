using System.Text.RegularExpressions;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>Follows every reference: variables, locals, modules and their outputs, resources and their attributes.</summary>
internal sealed partial class ReferenceCheck(SchemaCheck schema, IReadOnlyList<TerraformModule> modules)
{
    public IEnumerable<string> Check(TerraformModule module) => UnknownReferences(module).Concat(UnusedNames(module)).Concat(ModuleCalls(module));

    /// <summary>The module that a <c>source</c> names; null when its folder has no Terraform file.</summary>
    public TerraformModule? Target(TerraformModule module, string source) =>
        modules.FirstOrDefault(other => other.Folder == Path.GetRelativePath(".", Path.Combine(module.Folder, source)).Replace('\\', '/'));

    private IEnumerable<string> UnknownReferences(TerraformModule module)
    {
        foreach (var (file, text) in module.Strings)
        {
            foreach (var name in Names(VariablePattern(), text).Where(name => !module.Variables.ContainsKey(name)))
            {
                yield return $"{file}: var.{name} is not declared";
            }

            foreach (var name in Names(LocalPattern(), text).Where(name => !module.Locals.ContainsKey(name)))
            {
                yield return $"{file}: local.{name} is not declared";
            }

            foreach (Match match in ModulePattern().Matches(text))
            {
                if (!module.Modules.TryGetValue(match.Groups["name"].Value, out var call))
                {
                    yield return $"{file}: {match.Value} is not declared";
                }
                else if (Target(module, call["source"]!.GetValue<string>())?.Outputs.ContainsKey(match.Groups["output"].Value) == false)
                {
                    yield return $"{file}: {match.Value}: the module has no such output";
                }
            }

            foreach (Match match in ResourcePattern().Matches(text))
            {
                var kind = match.Groups["data"].Success ? "data" : "resource";
                var (type, name, attribute) = (match.Groups["type"].Value, match.Groups["name"].Value, match.Groups["attribute"]);
                if (!(kind == "data" ? module.Data : module.Resources).Any(block => block.Type == type && block.Name == name))
                {
                    yield return $"{file}: {match.Value} is not declared";
                }
                else if (attribute.Success && schema.Knows(kind, type, attribute.Value) == false)
                {
                    yield return $"{file}: {match.Value}: {type} has no attribute '{attribute.Value}'";
                }
            }
        }
    }

    private static IEnumerable<string> UnusedNames(TerraformModule module)
    {
        var texts = module.Strings.Select(static pair => pair.Text).ToList();
        var variables = texts.SelectMany(static text => Names(VariablePattern(), text)).ToHashSet(StringComparer.Ordinal);
        var locals = texts.SelectMany(static text => Names(LocalPattern(), text)).ToHashSet(StringComparer.Ordinal);
        return module.Variables.Keys.Where(name => !variables.Contains(name)).Select(name => $"{module.Folder}: var.{name} is not used")
            .Concat(module.Locals.Keys.Where(name => !locals.Contains(name)).Select(name => $"{module.Folder}: local.{name} is not used"));
    }

    private IEnumerable<string> ModuleCalls(TerraformModule module)
    {
        foreach (var (name, call) in module.Modules)
        {
            if (Target(module, call["source"]!.GetValue<string>()) is not { } target)
            {
                yield return $"module.{name}: {call["source"]} does not exist";
                continue;
            }

            foreach (var (argument, _) in call.Where(pair => pair.Key is not ("source" or "count" or "for_each" or "depends_on" or "providers") && !target.Variables.ContainsKey(pair.Key)))
            {
                yield return $"module.{name}: unknown argument '{argument}'";
            }

            foreach (var (variable, _) in target.Variables.Where(pair => !pair.Value.ContainsKey("default") && !call.ContainsKey(pair.Key)))
            {
                yield return $"module.{name}: '{variable}' is required";
            }
        }
    }

    private static IEnumerable<string> Names(Regex pattern, string text) => pattern.Matches(text).Select(static match => match.Groups["name"].Value);

    [GeneratedRegex(@"(?<![\w.])var\.(?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VariablePattern();

    [GeneratedRegex(@"(?<![\w.])local\.(?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LocalPattern();

    [GeneratedRegex(@"(?<![\w.])module\.(?<name>\w+)(\[[^\]]*\])?\.(?<output>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ModulePattern();

    [GeneratedRegex(@"(?<![\w.])(?<data>data\.)?(?<type>azurerm_\w+)\.(?<name>\w+)(\[[^\]]*\])?(\.(?<attribute>\w+))?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ResourcePattern();
}
