using ComputeHorde.Emulator.Horde;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Storage;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Facilitator;

/// <summary><c>POST /api/v1/job-docker/</c> (protocol 2.1).</summary>
internal sealed class CreateView(HordeContext horde, JobRunner runner, BehaviourBook behaviours, CounterBook counters)
{
    public async Task<Answer> CreateAsync(ApiRequest request, string hotkey)
    {
        counters.CreateCalls.Add();
        if (request.TryParse(out object? body) is { } unreadable)
        {
            return unreadable;
        }

        (JobRequest? job, PyDict? errors) = JobRequestSerializer.Read(body);
        if (job is null)
        {
            return Answer.Json(400, errors);
        }

        FaultSettings faults = horde.Faults.Settings;
        if (faults.JobCreationDisabled)
        {
            return Answer.Json(400, new PyList { "Job creation is disabled at this moment" });
        }

        if (request.Signature is null)
        {
            throw new UnkindException("An X-CH-* signature header is missing or unreadable, or its scope is unknown.");
        }

        if (faults.ValidatorDisconnected || job.TargetValidatorHotkey != horde.Options.ValidatorHotkey)
        {
            return Answer.Json(400, new PyList { "Could not select Validator" });
        }

        RefuseWhatBreaksTheOriginal(job);
        Behaviour behaviour = behaviours.Next(job);
        switch (behaviour.CreateFault)
        {
            case CreateFault.Reset:
                counters.FaultsInjected.Add();
                return Answer.Page(500, "Server Error (500)") with { Reset = true };
            case CreateFault.Error:
                counters.FaultsInjected.Add();
                return Answer.Page((int)behaviour.CreateArgument, "Scripted error");
            case CreateFault.StoreLate:
                counters.FaultsInjected.Add();
                _ = StoreLateAsync(request, hotkey, job, behaviour);
                return Answer.Page(500, "Server Error (500)") with { Reset = true };
        }

        return AfterStoring(
            behaviour,
            await StoreAsync(request, hotkey, job, faults.ValidatorSilent ? Behaviour.Parse("stuck:sent") : behaviour)
        );
    }

    /// <summary>Stores a job whose connection has broken already.</summary>
    private async Task StoreLateAsync(ApiRequest request, string hotkey, JobRequest job, Behaviour behaviour)
    {
        horde.Scheduler.Enter();
        try
        {
            await horde.Scheduler.Delay(TimeSpan.FromSeconds(behaviour.CreateArgument));
            await StoreAsync(request, hotkey, job, behaviour);
        }
        catch (OperationCanceledException)
        {
            // The emulator has stopped: a request that was under way is lost with it.
        }
        finally
        {
            horde.Scheduler.Leave();
        }
    }

    private async Task<Answer> StoreAsync(ApiRequest request, string hotkey, JobRequest job, Behaviour behaviour)
    {
        DateTimeOffset now = horde.Now;
        var record = new JobRecord(horde.Options.NewUuid(), hotkey, now, job, request.Signature!, behaviour.Text);
        record.TryAdd(new StatusEntry(JobStatuses.Sent, [], now));
        await horde.Log.AddJobAsync(record);
        horde.Store.Add(record);
        counters.Stored(record);
        AnswerBody answer = record.CreatedBody();
        runner.Start(record);
        return new Answer(201, answer, "application/json");
    }

    private Answer AfterStoring(Behaviour behaviour, Answer created)
    {
        if (behaviour.CreateFault != CreateFault.None)
        {
            counters.FaultsInjected.Add();
        }

        return behaviour.CreateFault switch
        {
            CreateFault.Drop => created with { Reset = true },
            CreateFault.StoredError => Answer.Page((int)behaviour.CreateArgument, "Scripted error"),
            CreateFault.Delay => created with { DelaySeconds = behaviour.CreateArgument },
            _ => created,
        };
    }

    private static void RefuseWhatBreaksTheOriginal(JobRequest job)
    {
        if (!ExecutorClasses.IsKnown(job.ExecutorClass))
        {
            throw new UnkindException($"'{job.ExecutorClass}' is no executor class; known are {string.Join(", ", ExecutorClasses.Names)}.");
        }

        foreach ((string key, object? value) in job.Env)
        {
            if (value is not string text)
            {
                throw new UnkindException($"env['{key}'] must be a text.");
            }

            if (key.Contains('\0', StringComparison.Ordinal) || text.Contains('\0', StringComparison.Ordinal))
            {
                throw new UnkindException($"env['{key}'] holds a NUL character, which the database refuses.");
            }
        }

        if (HoldsNul(job.Volumes) || HoldsNul(job.Uploads) || job.StreamingClientCert.Contains('\0', StringComparison.Ordinal))
        {
            throw new UnkindException("volumes, uploads or streaming_details hold a NUL character, which the database refuses.");
        }
    }

    private static bool HoldsNul(object? value) =>
        value switch
        {
            string text => text.Contains('\0', StringComparison.Ordinal),
            PyList list => list.Exists(HoldsNul),
            PyDict map => map.Any(p => HoldsNul(p.Key) || HoldsNul(p.Value)),
            _ => false,
        };
}
