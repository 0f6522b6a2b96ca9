using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.Tests.Vectors;

[Trait("Category", "Vectors")]
public sealed class HttpTranscriptTests
{
    [Fact]
    public void Answers_OfTheRealFacilitator_MapToTheRightErrors() =>
        VectorFile.Check(
            VectorFile.Cases("facilitator_http.json").Where(item => item["status"]!.GetValue<int>() >= 300),
            item =>
            {
                var status = item["status"]!.GetValue<int>();
                var body = item["response_body"];
                var isJson = body is JsonObject or JsonArray;
                using var document = JsonDocument.Parse(isJson ? body!.ToJsonString() : "null");
                var error = FacilitatorErrors.From(status, isJson ? document.RootElement : default, "call", null);
                Assert.Equal(status, error.StatusCode);
                // Final is only what the facilitator itself says about the request: fields by name, and a job that it does not have. Its
                // views for logins and reports speak of an "error"; "detail" alone is said by whatever could not read the request.
                var says = body as JsonObject;
                var isOfItsViews = says?.ContainsKey("error") == true;
                var namesFields = says is not null && !isOfItsViews && !says.ContainsKey("detail");
                Assert.Equal(!(says is not null && (status == 404 || (status == 400 && (isOfItsViews || namesFields)))), error.IsTransient);
                switch (status)
                {
                    case 404 when body is JsonObject:
                        Assert.IsType<ComputeHordeNotFoundException>(error);
                        break;
                    case 401:
                        Assert.IsType<ComputeHordeAuthenticationException>(error);
                        break;
                    case 400 when namesFields:
                        Assert.NotEmpty(Assert.IsType<ComputeHordeValidationException>(error).Problems);
                        break;
                }
            }
        );

    [Fact]
    public void Answers_WithAJob_AreRead() =>
        VectorFile.Check(
            VectorFile.Cases("facilitator_http.json").Where(item => item["response_body"] is JsonObject body && body.ContainsKey("uuid")),
            item =>
            {
                using var document = JsonDocument.Parse(
                    item["response_body"]!.ToJsonString().Replace("<uuid>", Guid.NewGuid().ToString(), StringComparison.Ordinal)
                );
                Assert.NotNull(JobReader.Read(document.RootElement));
            }
        );
}
