// The SDK wants a newer Node than the rest of the repository.
Promise.withResolvers ??= function () {
  const result = {};
  result.promise = new this((resolve, reject) => Object.assign(result, { resolve, reject }));
  return result;
};

const restate = await import("@restatedev/restate-sdk");

const step = (value) => value;

const shapes = restate.service({
  name: "shapes",
  handlers: {
    sequence: async (context) => {
      let sum = 0;
      for (let i = 0; i < 5; i++) {
        sum += await context.run("step", () => step(i));
      }
      return sum;
    },
    poll: async (context, { rounds, pause }) => {
      let last = await context.run("look", () => 7);
      for (let round = 0; round < rounds; round++) {
        await context.sleep(pause);
        last = await context.run("look", () => 7);
      }
      return last;
    },
    fan: async (context, count) => {
      const calls = Array.from({ length: count }, (_, i) => context.run("work", () => step(i)));
      return (await restate.RestatePromise.all(calls)).length;
    },
    parent: async (context, count) => {
      const calls = Array.from({ length: count }, (_, i) => context.serviceClient(shapes).child(i));
      return (await restate.RestatePromise.all(calls)).length;
    },
    child: (context, value) => context.run("work", () => step(value)),
  },
});

const event = restate.workflow({
  name: "event",
  handlers: {
    run: async (context) => {
      await context.run("announce", () => 1);
      return await context.promise("go");
    },
    go: (context, value) => context.promise("go").resolve(value),
  },
});

await restate.serve({ services: [shapes, event], port: Number(process.argv[2]) });
