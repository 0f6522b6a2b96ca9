using System.Runtime.CompilerServices;

namespace Microsoft.DurableTask;

/// <summary>Makes paged results of functions.</summary>
public static class Pageable
{
    /// <summary>Makes paged results.</summary>
    /// <typeparam name="T">What is listed.</typeparam>
    /// <param name="pageFunc">Reads the page that starts at a continuation token.</param>
    /// <returns>The results.</returns>
    public static AsyncPageable<T> Create<T>(Func<string?, CancellationToken, Task<Page<T>>> pageFunc)
    {
        ArgumentNullException.ThrowIfNull(pageFunc);
        return Create<T>((token, _, cancellation) => pageFunc(token, cancellation));
    }

    /// <summary>Makes paged results.</summary>
    /// <typeparam name="T">What is listed.</typeparam>
    /// <param name="pageFunc">Reads the page that starts at a continuation token, of a wished size.</param>
    /// <returns>The results.</returns>
    public static AsyncPageable<T> Create<T>(Func<string?, int?, CancellationToken, Task<Page<T>>> pageFunc)
    {
        ArgumentNullException.ThrowIfNull(pageFunc);
        return new FuncPageable<T>(pageFunc);
    }

    private sealed class FuncPageable<T>(Func<string?, int?, CancellationToken, Task<Page<T>>> pageFunc) : AsyncPageable<T>
    {
        public override IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null) =>
            ReadAsync(continuationToken, pageSizeHint);

        private async IAsyncEnumerable<Page<T>> ReadAsync(
            string? token, int? size, [EnumeratorCancellation] CancellationToken cancellation = default)
        {
            do
            {
                var page = await pageFunc(token, size, cancellation);
                yield return page;
                token = page.ContinuationToken;
            }
            while (token is not null);
        }
    }
}
