namespace ComputeHorde.Cryptography.Tests;

public sealed class Ristretto255Tests
{
    [Fact]
    public void Encode_SmallMultiples_MatchesRfc9496()
    {
        string[] expected =
        [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
            "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
            "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
        ];
        var point = EdwardsPoint.Identity;
        foreach (var text in expected)
        {
            var bytes = new byte[32];
            Ristretto255.Encode(point, bytes);
            Assert.Equal(text, Convert.ToHexStringLower(bytes));
            point += BasePointTable.Generator;
        }
    }
}
