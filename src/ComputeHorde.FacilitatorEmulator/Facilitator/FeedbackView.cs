using System.Globalization;
using System.Numerics;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Facilitator;

/// <summary><c>/api/v1/jobs/{uuid}/feedback/</c>, which cannot work for hotkey clients (protocol 2.6).</summary>
internal static class FeedbackView
{
    public static Answer Handle(ApiRequest request)
    {
        if (request.Method == "GET")
        {
            throw new UnkindException("Feedback cannot be read with a hotkey: jobs made with a token have no user.");
        }

        if (request.TryParse(out object? value) is { } unreadable)
        {
            return unreadable;
        }

        var errors = new PyDict();
        PyDict body = value as PyDict ?? [];
        Check(body, "result_correctness", required: true, max: 1, errors);
        Check(body, "expected_duration", required: false, max: null, errors);
        if (errors.Count > 0)
        {
            return Answer.Json(400, errors);
        }

        return request.Signature is null
            ? Answer.Json(
                400,
                new PyDict { ["error"] = "Signature not found", ["details"] = "Request signature not found, but is required" }
            )
            : Answer.Json(404, "detail", "No Job matches the given query.");
    }

    private static void Check(PyDict body, string field, bool required, double? max, PyDict errors)
    {
        if (!body.TryGetValue(field, out object? value))
        {
            if (required)
            {
                errors[field] = new PyList { "This field is required." };
            }

            return;
        }

        double? number = value switch
        {
            double real => real,
            BigInteger integer => (double)integer,
            string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) => parsed,
            _ => null,
        };
        string? error =
            value is null ? "This field may not be null."
            : number is null ? "A valid number is required."
            : number > max ? $"Ensure this value is less than or equal to {max}."
            : number < 0 ? "Ensure this value is greater than or equal to 0."
            : null;
        if (error is not null)
        {
            errors[field] = new PyList { error };
        }
    }
}
