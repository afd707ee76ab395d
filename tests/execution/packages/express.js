// What the generated back ends need of Express: settings, middleware in order, routers. No HTTP.

'use strict';

function createStack() {
  const layers = [];
  const add = (...all) => { layers.push(...all.filter((it) => typeof it === 'function')); };
  // Errors and promises go to `done`, so that whoever runs a request sees all that became of it.
  const run = (req, res, done) => {
    const from = (index) => {
      if (index < layers.length) done(layers[index](req, res, () => from(index + 1)));
    };
    from(0);
  };
  return { add, run };
}

function createRouter() {
  const { add, run } = createStack();
  const router = (req, res) => new Promise((resolve, reject) => {
    const pending = [];
    try {
      run(req, res, (result) => pending.push(result));
    } catch (error) {
      reject(error);
    }
    Promise.all(pending).then(resolve, reject);
  });
  return Object.assign(router, { use: add, get: add, post: add });
}

// The last application that was made.
module.exports = function express() {
  const settings = new Map();
  const router = createRouter();
  const app = Object.assign((req, res) => router({ ...req, app }, res), router, {
    locals: {},
    settings: {},
    set: (key, value) => settings.set(key, value),
    get: (key) => settings.get(key),
  });
  globalThis.lastApp = app;
  return app;
};
module.exports.Router = createRouter;
