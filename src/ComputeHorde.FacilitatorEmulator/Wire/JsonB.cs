using System.Text;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Wire;

/// <summary>
/// What a PostgreSQL <c>jsonb</c> column does to a value: keys come back ordered by length, then by bytes (protocol 2.3).
/// </summary>
internal static class JsonB
{
    /// <summary>A copy of <paramref name="value"/> with every object's keys in jsonb order.</summary>
    public static object? Order(object? value) =>
        value switch
        {
            PyList list => new PyList(list.Select(Order)),
            PyDict map => Order(map),
            _ => value,
        };

    /// <summary>A copy of <paramref name="map"/> with every object's keys in jsonb order.</summary>
    public static PyDict Order(PyDict map)
    {
        var result = new PyDict();
        foreach (
            (string key, object? item) in map.Select(p => (p.Key, p.Value, Bytes: Encoding.UTF8.GetBytes(p.Key)))
                .OrderBy(p => p.Bytes.Length)
                .ThenBy(p => p.Bytes, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))
                .Select(p => (p.Key, p.Value))
        )
        {
            result[key] = Order(item);
        }

        return result;
    }

    /// <summary>Models keep their class order, being parsed again; only the maps inside them lose theirs.</summary>
    public static PyList OrderInsideModels(PyList models) =>
        new(
            models.Select(model =>
            {
                var result = new PyDict();
                foreach ((string key, object? item) in (PyDict)model!)
                {
                    result[key] = Order(item);
                }

                return (object?)result;
            })
        );
}
