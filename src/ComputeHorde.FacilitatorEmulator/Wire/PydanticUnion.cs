using System.Globalization;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Wire;

/// <summary>The shape of a model's field.</summary>
internal enum PydanticType
{
    Text,

    /// <summary>A text or null; null when missing.</summary>
    OptionalText,

    /// <summary>A map of texts or null; null when missing.</summary>
    OptionalTextMap,

    /// <summary>A text, a list of texts, or null; null when missing.</summary>
    OptionalTextOrList,
}

/// <summary>One member of a discriminated union: its tag value and its fields in class order.</summary>
internal sealed record PydanticModel(string Tag, params (string Name, PydanticType Type)[] Fields);

/// <summary>
/// A list of discriminated models as pydantic validates it: the models come out with every field, nulls included, in class
/// order, and unknown keys dropped; errors come out as Django REST framework shows them, every leaf a text (protocol 3.4).
/// </summary>
internal sealed class PydanticUnion(string discriminator, string enumeration, PydanticModel[] models)
{
    private const string ErrorUrl = "https://errors.pydantic.dev/2.13/v/";

    private readonly string _expected = string.Join(", ", models.Select(m => $"<{enumeration}.{m.Tag}: '{m.Tag}'>"));

    /// <summary>Validates <paramref name="value"/>; with any error the models are not to be used.</summary>
    public (PyList Models, PyList Errors) Validate(object? value)
    {
        var result = new PyList();
        var errors = new PyList();
        if (value is not PyList list)
        {
            Fail(errors, "list_type", [], "Input should be a valid list", value);
            return (result, errors);
        }

        for (int i = 0; i < list.Count; i++)
        {
            result.Add(ValidateOne(list[i], i.ToString(CultureInfo.InvariantCulture), errors));
        }

        return (result, errors);
    }

    private PyDict ValidateOne(object? value, string index, PyList errors)
    {
        var result = new PyDict();
        if (value is not PyDict map)
        {
            Fail(errors, "model_attributes_type", [index], "Input should be a valid dictionary or object to extract fields from", value);
            return result;
        }

        if (!map.TryGetValue(discriminator, out object? tag))
        {
            Fail(
                errors,
                "union_tag_not_found",
                [index],
                $"Unable to extract tag using discriminator '{discriminator}'",
                value,
                new PyDict { ["discriminator"] = $"'{discriminator}'" }
            );
            return result;
        }

        PydanticModel? model = Array.Find(models, m => m.Tag == tag as string);
        if (model is null)
        {
            Fail(
                errors,
                "union_tag_invalid",
                [index],
                $"Input tag '{PyText.Str(tag)}' found using '{discriminator}' does not match any of the expected tags: {_expected}",
                value,
                new PyDict
                {
                    ["discriminator"] = $"'{discriminator}'",
                    ["tag"] = PyText.Str(tag),
                    ["expected_tags"] = _expected,
                }
            );
            return result;
        }

        result[discriminator] = model.Tag;
        foreach ((string name, PydanticType type) in model.Fields)
        {
            if (map.TryGetValue(name, out object? item))
            {
                CheckField(errors, [index, model.Tag, name], type, item);
            }
            else if (type == PydanticType.Text)
            {
                Fail(errors, "missing", [index, model.Tag, name], "Field required", value);
            }

            result[name] = item;
        }

        return result;
    }

    private static void CheckField(PyList errors, string[] path, PydanticType type, object? value)
    {
        switch (type)
        {
            case PydanticType.OptionalText or PydanticType.OptionalTextMap or PydanticType.OptionalTextOrList when value is null:
                break;
            case PydanticType.Text or PydanticType.OptionalText:
                CheckText(errors, path, value);
                break;
            case PydanticType.OptionalTextMap when value is PyDict map:
                foreach ((string key, object? item) in map)
                {
                    CheckText(errors, [.. path, key], item);
                }

                break;
            case PydanticType.OptionalTextMap:
                Fail(errors, "dict_type", path, "Input should be a valid dictionary", value);
                break;
            case PydanticType.OptionalTextOrList when value is string:
                CheckText(errors, path, value);
                break;
            default:
                CheckTextOrList(errors, path, value);
                break;
        }
    }

    private static void CheckTextOrList(PyList errors, string[] path, object? value)
    {
        if (value is PyList list && list.All(item => item is string))
        {
            return;
        }

        CheckText(errors, [.. path, "str"], value);
        if (value is not PyList items)
        {
            Fail(errors, "list_type", [.. path, "list[str]"], "Input should be a valid list", value);
            return;
        }

        for (int i = 0; i < items.Count; i++)
        {
            CheckText(errors, [.. path, "list[str]", i.ToString(CultureInfo.InvariantCulture)], items[i]);
        }
    }

    private static void CheckText(PyList errors, string[] path, object? value)
    {
        if (value is not string text)
        {
            Fail(errors, "string_type", path, "Input should be a valid string", value);
        }
        else if (PyText.HasLoneSurrogate(text))
        {
            Fail(errors, "string_unicode", path, "Input should be a valid string, unable to parse raw data as a unicode string", value);
        }
    }

    private static void Fail(PyList errors, string type, string[] path, string message, object? input, PyDict? context = null)
    {
        var error = new PyDict
        {
            ["type"] = type,
            ["loc"] = new PyList(path),
            ["msg"] = message,
            ["input"] = Leaves(input),
        };
        if (context is not null)
        {
            error["ctx"] = context;
        }

        error["url"] = ErrorUrl + type;
        errors.Add(error);
    }

    /// <summary>Every leaf as a text, as error details are shown.</summary>
    private static object? Leaves(object? value) =>
        value switch
        {
            PyList list => new PyList(list.Select(Leaves)),
            PyDict map => Leaves(map),
            _ => PyText.Str(value),
        };

    private static PyDict Leaves(PyDict map)
    {
        var result = new PyDict();
        foreach ((string key, object? item) in map)
        {
            result[key] = Leaves(item);
        }

        return result;
    }
}
