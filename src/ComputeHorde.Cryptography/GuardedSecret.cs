using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ComputeHorde.Cryptography;

/// <summary>
/// A secret in memory of its own: between guard pages, kept out of swap and core dumps where the system allows, read-only, erased when
/// freed.
/// It is freed when the last reader is done, so that nobody computes with a half erased secret.
/// </summary>
internal sealed class GuardedSecret : SafeHandle
{
    private readonly int _size;

    /// <summary>Takes over a secret and erases the caller's copy.</summary>
    internal unsafe GuardedSecret(Span<byte> secret)
        : base(0, ownsHandle: true)
    {
        _size = secret.Length;
        SetHandle(Sodium.Malloc((nuint)_size));
        if (IsInvalid)
        {
            throw new CryptographicException("The system gives no guarded memory for a key.");
        }

        secret.CopyTo(new Span<byte>((void*)handle, _size));
        SecretMemory.Erase(secret);
        _ = Sodium.ProtectReadOnly(handle);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Opens the secret for reading; dispose the result at once.</summary>
    /// <exception cref="ObjectDisposedException">The secret is disposed of.</exception>
    internal Reading Open() => new(this);

    protected override bool ReleaseHandle()
    {
        Sodium.Free(handle);
        return true;
    }

    /// <summary>Keeps the secret alive while it is read.</summary>
    internal readonly ref struct Reading
    {
        private readonly GuardedSecret _secret;

        internal unsafe Reading(GuardedSecret secret)
        {
            var added = false;
            secret.DangerousAddRef(ref added);
            _secret = secret;
            Bytes = new((void*)secret.handle, secret._size);
        }

        internal ReadOnlySpan<byte> Bytes { get; }

        public void Dispose() => _secret.DangerousRelease();
    }
}
