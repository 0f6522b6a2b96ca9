using System.Text.Json;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>The built-in roles in use, with their ids as Azure publishes them.</summary>
internal static class Roles
{
    public static readonly IReadOnlyDictionary<string, Guid> Published = new Dictionary<string, Guid>(StringComparer.Ordinal)
    {
        ["Durable Task Data Contributor"] = Guid.Parse("0ad04412-c4d5-4796-b79c-f76d14c8d402"),
        ["Key Vault Secrets User"] = Guid.Parse("4633458b-17de-408a-b874-0445c86b69e6"),
        ["Log Analytics Data Reader"] = Guid.Parse("3b03c2da-16b3-4a49-8834-0f8130efdd3b"),
        ["Monitoring Metrics Publisher"] = Guid.Parse("3913510d-42f4-4e42-8a64-420c390055eb"),
        ["Storage Blob Data Contributor"] = Guid.Parse("ba92f5b4-2d11-453d-a403-e96b0029c9fe"),
        ["Storage Blob Data Owner"] = Guid.Parse("b7e6dc6d-f1e8-4753-8033-0f276bb0955b"),
        ["Storage Blob Data Reader"] = Guid.Parse("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
        ["Storage Blob Delegator"] = Guid.Parse("db58b8e5-c6ad-4a2a-8342-4190687cbf4a"),
        ["Storage Queue Data Contributor"] = Guid.Parse("974c5e8b-45b9-4653-ba55-5f855dd0fb88"),
        ["Storage Queue Data Message Processor"] = Guid.Parse("8a0f0c08-91a1-4084-bc3d-661d67233fed"),
        ["Storage Queue Data Message Sender"] = Guid.Parse("c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"),
        ["Storage Table Data Contributor"] = Guid.Parse("0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"),
    };

    public static string NameOf(Guid id) => Published.SingleOrDefault(role => role.Value == id).Key ?? $"unknown role {id}";

    public static Dictionary<string, Guid> InRepository() =>
        JsonSerializer.Deserialize<Dictionary<string, Guid>>(Repository.ReadText("infra", "roles.json"))!;
}
