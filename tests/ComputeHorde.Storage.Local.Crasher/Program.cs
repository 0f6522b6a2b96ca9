using ComputeHorde.Storage.Local;

// Serves a data folder until it is killed: the argument is the folder.
await using var storage = await LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = args[0] });
Console.WriteLine(storage.ConnectionString);
await Task.Delay(Timeout.Infinite);
