using System.Globalization;
using System.Numerics;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Wire;

/// <summary>Validates a creation body field by field with the texts of Django REST framework (protocol 2.1).</summary>
internal sealed class JobRequestSerializer
{
    private const string Required = "This field is required.";
    private const string NotNull = "This field may not be null.";
    private readonly PyDict _body;
    private readonly PyDict _errors = [];

    private JobRequestSerializer(PyDict body) => _body = body;

    /// <summary>Either the parsed job or the errors by field; exactly one is not null.</summary>
    public static (JobRequest? Job, PyDict? Errors) Read(object? body)
    {
        if (body is not PyDict map)
        {
            string type = body switch
            {
                null => "NoneType",
                PyList => "list",
                string => "str",
                bool => "bool",
                double => "float",
                _ => "int",
            };
            return (null, Messages("non_field_errors", $"Invalid data. Expected a dictionary, but got {type}."));
        }

        var serializer = new JobRequestSerializer(map);
        JobRequest job = serializer.Read();
        return serializer._errors.Count == 0 ? (job, null) : (null, serializer._errors);
    }

    private JobRequest Read() =>
        new()
        {
            ExecutorClass = Text("executor_class", max: 255, missing: ExecutorClasses.Default) ?? "",
            DockerImage = Text("docker_image", max: 255, missing: "", allowBlank: true) ?? "",
            JobNamespace = Text("job_namespace", max: 100, missing: null, allowBlank: true, optional: true, allowNull: true),
            Args = Args(),
            Env = Env(),
            UseGpu = Boolean("use_gpu"),
            Tag = Text("tag", max: 255, missing: "", allowBlank: true) ?? "",
            Volumes = TaggedModels("volumes", PydanticModels.Volumes),
            Uploads = TaggedModels("uploads", PydanticModels.Uploads),
            ArtifactsDir = Text("artifacts_dir", max: 255, missing: "", allowBlank: true) ?? "",
            TargetValidatorHotkey = Text("target_validator_hotkey", max: null, missing: null) ?? "",
            OnTrustedMiner = Boolean("on_trusted_miner"),
            DownloadTimeLimit = Integer("download_time_limit"),
            ExecutionTimeLimit = Integer("execution_time_limit"),
            StreamingStartTimeLimit = Integer("streaming_start_time_limit"),
            UploadTimeLimit = Integer("upload_time_limit"),
            StreamingClientCert = (_body.Get("streaming_details") as PyDict)?.GetText("public_key") ?? "",
        };

    private string? Text(string field, int? max, string? missing, bool allowBlank = false, bool optional = false, bool allowNull = false)
    {
        if (!_body.TryGetValue(field, out object? value))
        {
            if (missing is null && !optional)
            {
                Fail(field, Required);
            }

            return missing;
        }

        if (value is null)
        {
            if (!allowNull)
            {
                Fail(field, NotNull);
            }

            return null;
        }

        (string? text, PyList errors) = CharField(value, max, allowBlank);
        if (errors.Count > 0)
        {
            _errors[field] = errors;
        }

        return text;
    }

    /// <summary>A CharField with trimming: text and numbers pass, then blank, length and NUL are checked.</summary>
    private static (string? Text, PyList Errors) CharField(object? value, int? max, bool allowBlank)
    {
        if (value is not (string or BigInteger or double))
        {
            return (null, [value is null ? NotNull : "Not a valid string."]);
        }

        string text = PyText.Strip(PyText.Str(value));
        var errors = new PyList();
        if (text.Length == 0)
        {
            if (!allowBlank)
            {
                errors.Add("This field may not be blank.");
            }

            return (text, errors);
        }

        if (PyText.Length(text) > max)
        {
            errors.Add($"Ensure this field has no more than {max} characters.");
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            errors.Add("Null characters are not allowed.");
        }

        return (text, errors);
    }

    private PyList Args()
    {
        if (!_body.TryGetValue("args", out object? value))
        {
            return [];
        }

        if (value is not PyList list)
        {
            Fail("args", value is null ? NotNull : $"Expected a list of items but got type \"{(value is PyDict ? "dict" : "str")}\".");
            return [];
        }

        var args = new PyList();
        var errors = new PyDict();
        for (int i = 0; i < list.Count; i++)
        {
            (string? text, PyList problems) = CharField(list[i], max: null, allowBlank: false);
            args.Add(text);
            if (problems.Count > 0)
            {
                errors[i.ToString(CultureInfo.InvariantCulture)] = problems;
            }
        }

        if (errors.Count > 0)
        {
            _errors["args"] = errors;
        }

        return args;
    }

    private PyDict Env()
    {
        if (!_body.TryGetValue("env", out object? value))
        {
            return [];
        }

        if (value is PyDict map)
        {
            return map;
        }

        Fail("env", value is null ? NotNull : "Value must be valid JSON.");
        return [];
    }

    private bool Boolean(string field)
    {
        if (!_body.TryGetValue(field, out object? value))
        {
            return false;
        }

        bool? flag = value switch
        {
            bool b => b,
            BigInteger { IsOne: true } or 1.0 => true,
            BigInteger { IsZero: true } or 0.0 => false,
            string text => PyText.Strip(text).ToLowerInvariant() switch
            {
                "t" or "y" or "yes" or "true" or "on" or "1" => true,
                "f" or "n" or "no" or "false" or "off" or "0" => false,
                _ => null,
            },
            _ => null,
        };
        if (flag is null)
        {
            Fail(field, value is null ? NotNull : "Must be a valid boolean.");
        }

        return flag ?? false;
    }

    private int Integer(string field)
    {
        if (!_body.TryGetValue(field, out object? value))
        {
            Fail(field, Required);
            return 0;
        }

        string text = value is null ? "" : PyText.Strip(PyText.Str(value));
        int point = text.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0 && text.AsSpan(point + 1).Trim('0').IsEmpty)
        {
            text = text[..point];
        }

        if (value is null)
        {
            Fail(field, NotNull);
        }
        else if (value is string { Length: > 1000 })
        {
            Fail(field, "String value too large.");
        }
        else if (!BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger number))
        {
            Fail(field, "A valid integer is required.");
        }
        else if (number > int.MaxValue)
        {
            Fail(field, $"Ensure this value is less than or equal to {int.MaxValue}.");
        }
        else if (number < int.MinValue)
        {
            Fail(field, $"Ensure this value is greater than or equal to {int.MinValue}.");
        }
        else
        {
            return (int)number;
        }

        return 0;
    }

    private PyList TaggedModels(string field, PydanticUnion union)
    {
        if (!_body.TryGetValue(field, out object? value))
        {
            return [];
        }

        if (value is null)
        {
            Fail(field, NotNull);
            return [];
        }

        (PyList models, PyList errors) = union.Validate(value);
        if (errors.Count > 0)
        {
            _errors[field] = errors;
        }

        return models;
    }

    private void Fail(string field, string message) => _errors[field] = new PyList { message };

    private static PyDict Messages(string field, string message) => new() { [field] = new PyList { message } };
}
