using System.Text;
using ComputeHorde.Cryptography;

namespace ComputeHorde.Sdk.Tests.Vectors;

[Trait("Category", "Vectors")]
public sealed class LoginVectorTests
{
    [Fact]
    public void Login_Nonce_IsSignedRawAndWhole() =>
        VectorFile.Check(
            VectorFile.Cases("auth_login.json"),
            item =>
            {
                var message = Encoding.UTF8.GetBytes(item.Text("nonce"));
                Assert.Equal(item.Text("message_signed_hex"), "0x" + Convert.ToHexStringLower(message));
                var publicKey = Ss58.Decode(item.Text("hotkey"));
                Assert.True(Sr25519.Verify(publicKey, message, Convert.FromHexString(item.Text("signature_field_value"))));
                using var signer = Wallet.FromUri(item.Text("uri"));
                Assert.Equal(item.Text("hotkey"), signer.Hotkey);
            }
        );
}
