namespace ComputeHorde.Cryptography.Tests;

public sealed class GuardedSecretTests
{
    [Fact]
    public void Open_WhatWasTakenOver_IsTheSecretAndTheCallersCopyIsErased()
    {
        byte[] copy = [1, 2, 3];
        using var secret = new GuardedSecret(copy);
        Assert.Equal(new byte[3], copy);
        using var reading = secret.Open();
        Assert.Equal([1, 2, 3], reading.Bytes.ToArray());
    }

    [Fact]
    public void Dispose_WhileSomebodyReads_ErasesAfterTheReading()
    {
        byte[] copy = [1, 2, 3];
        var secret = new GuardedSecret(copy);
        using (var reading = secret.Open())
        {
            secret.Dispose();
            Assert.Equal([1, 2, 3], reading.Bytes.ToArray());
        }

        Assert.Throws<ObjectDisposedException>(() => secret.Open());
    }

    [Fact]
    public void Memory_OfASecret_IsReadOnlyToEverybody()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lists the memory of a process with its protection.");
        byte[] copy = [1, 2, 3];
        using var secret = new GuardedSecret(copy);
        var address = (ulong)secret.DangerousGetHandle();
        var region = File.ReadLines("/proc/self/maps")
            .Select(line => line.Split(' '))
            .Single(parts =>
            {
                var bounds = parts[0].Split('-').Select(bound => Convert.ToUInt64(bound, 16)).ToArray();
                return bounds[0] <= address && address < bounds[1];
            });
        Assert.Equal("r--p", region[1]);
    }
}
