using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Functions.Local.Invocation;

internal sealed class LocalBindingMetadata(BindingDescriptor binding) : BindingMetadata
{
    public override string Name => binding.Name;

    public override string Type => binding.Type;

    public override BindingDirection Direction => binding.IsOutput ? BindingDirection.Out : BindingDirection.In;
}
