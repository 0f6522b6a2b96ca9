namespace ComputeHorde.Fallback;

/// <summary>How RunPod is told the start command.</summary>
public enum RunPodArgsForm
{
    /// <summary>Plain where the image is known to have no ENTRYPOINT, else JSON.</summary>
    Auto,

    /// <summary>A JSON object with <c>entrypoint</c> and <c>cmd</c>.</summary>
    Json,

    /// <summary>A command line, which an image's ENTRYPOINT gets as its arguments.</summary>
    Plain,
}
