namespace ComputeHorde.Durable.Notices;

/// <summary>A name leads to no address that may be spoken to.</summary>
internal sealed class ForbiddenAddressException() : IOException("The name leads to no address of the public internet.");
