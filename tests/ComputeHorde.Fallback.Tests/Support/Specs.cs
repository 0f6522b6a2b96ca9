using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback.Tests.Support;

/// <summary>Jobs that run a line of shell.</summary>
internal static class Specs
{
    public static ComputeHordeJobSpec Shell(string line, string image = "tools/shell", string executorClass = ExecutorClass.AlwaysOnTest) =>
        new()
        {
            ExecutorClass = executorClass,
            DockerImage = image,
            Args = ["/bin/sh", "-c", line],
            DownloadTimeLimitSec = 60,
            ExecutionTimeLimitSec = 60,
            UploadTimeLimitSec = 60,
        };
}
