namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>Walks through an array in one order (rows or columns first) and gives the place of each element in the other.</summary>
internal sealed class TransposedWalk
{
    private readonly long[] _shape,
        _index,
        _strides;
    private long _place;
    private bool _hasBegun;

    /// <param name="shape">The length of each dimension.</param>
    /// <param name="isFortran">Whether the walk goes with the first index fastest; the places are then those of an array with the last one
    /// fastest.</param>
    public TransposedWalk(long[] shape, bool isFortran)
    {
        // Turned around, so that the dimension that runs fastest in the walk is always the first one.
        _shape = isFortran ? [.. shape] : [.. shape.Reverse()];
        _index = new long[shape.Length];
        _strides = new long[shape.Length];
        long stride = 1;
        for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            _strides[dimension] = stride;
            stride *= _shape[dimension];
        }
    }

    public long Next()
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            return _place;
        }

        for (var dimension = 0; dimension < _shape.Length; dimension++)
        {
            _place += _strides[dimension];
            if (++_index[dimension] < _shape[dimension])
            {
                return _place;
            }

            _index[dimension] = 0;
            _place -= _strides[dimension] * _shape[dimension];
        }

        throw new InvalidOperationException("The walk is over.");
    }
}
