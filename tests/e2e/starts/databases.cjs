// What a back end finds instead of its database: connections that come about, questions that find nothing or one empty
// record, tokens that are always good. Redis is a real one.

'use strict';

// Whatever is asked of it, it gives itself; awaited, it is what `settled` says.
function inert(name = '', isAwaited = false) {
  const target = function stub() {};
  return new Proxy(target, {
    get(_, key) {
      if (['then', 'catch', 'finally'].includes(key)) {
        if (!isAwaited) return undefined;
        const promise = Promise.resolve(settled(name));
        return promise[key].bind(promise);
      }
      if (key === 'prototype') return target.prototype;
      if (key === Symbol.toPrimitive) return () => 0;
      if (key === Symbol.iterator) return [][Symbol.iterator].bind([]);
      if (key === 'length') return 0;
      if (key === 'toJSON') return () => [];
      return typeof key === 'symbol' ? undefined : inert(key);
    },
    has: () => true,
    // ES modules look for the names that they import.
    getOwnPropertyDescriptor: (_, key) => Reflect.getOwnPropertyDescriptor(target, key)
      ?? { value: inert(String(key)), configurable: true, enumerable: true, writable: true },
    construct: () => inert(name),
    apply(_, self, args) {
      const callback = args.at(-1);
      const isListener = /^(\$.*|on|once|use|addListener|process|set|forEach|map|filter)$/.test(name);
      if (typeof callback === 'function' && !isListener) process.nextTick(callback, null, settled(name), []);
      return isListener ? self ?? inert(name) : inert(name, true);
    },
  });
}

function settled(name) {
  if (/^(query|execute|raw)$/.test(name)) return [[], []];
  return /^(connect|create|get|acquire|init|open|assert)/.test(name) ? inert(name) : [];
}

// Both ways of asking, with a callback or with a promise.
function answers(value) {
  return function answer(...args) {
    const callback = args.at(-1);
    const result = typeof value === 'function' ? value.apply(this, args) : value;
    if (typeof callback !== 'function') return Promise.resolve(result);
    process.nextTick(callback, null, result);
    return undefined;
  };
}

function open(connection) {
  connection.readyState = 1;
  connection.db ??= inert('db');
  connection.emit('open');
}

const PATCHES = {
  mongoose(mongoose) {
    const { Aggregate, Model, Query, connection, createConnection } = mongoose;
    mongoose.set('autoIndex', false);
    mongoose.set('autoCreate', false);
    mongoose.connect = answers(() => {
      setImmediate(open, connection);
      return mongoose;
    });
    mongoose.createConnection = () => {
      const made = createConnection.call(mongoose);
      setImmediate(open, made);
      made.asPromise = async () => made;
      return made;
    };
    Query.prototype.exec = answers(function find() {
      if (/count|estimated/i.test(this.op)) return 0;
      if (/^findOne/.test(this.op)) return new this.model({});
      return /^(find|distinct)$/.test(this.op) ? [] : { acknowledged: true, matchedCount: 0, modifiedCount: 0, deletedCount: 0 };
    });
    Aggregate.prototype.exec = answers([]);
    Model.prototype.save = answers(function save() { return this; });
    for (const method of ['insertMany', 'bulkWrite', 'createIndexes', 'syncIndexes', 'init']) Model[method] = answers([]);
    return mongoose;
  },

  mongodb(mongodb) {
    const { Db, MongoClient } = mongodb;
    MongoClient.prototype.connect = answers(function connect() { return this; });
    MongoClient.connect = answers((url) => new MongoClient(/^mongodb:/.test(url) ? url : 'mongodb://127.0.0.1'));
    for (const method of ['collection', 'command', 'admin', 'createCollection', 'listCollections']) Db.prototype[method] = () => inert(method, true);
    Db.prototype.collection = () => inert('collection');
    return mongodb;
  },

  pg(pg) {
    const nothing = { rows: [], rowCount: 0, fields: [] };
    for (const { prototype } of [pg.Client, pg.Pool]) {
      prototype.query = answers(nothing);
      prototype.end = answers(undefined);
    }
    pg.Client.prototype.connect = answers(undefined);
    pg.Pool.prototype.connect = answers(() => Object.assign(inert('client'), { query: answers(nothing) }));
    return pg;
  },

  sequelize(sequelize) {
    const { Model, Sequelize } = sequelize;
    for (const method of ['authenticate', 'sync', 'close', 'drop']) Sequelize.prototype[method] = async () => {};
    Sequelize.prototype.query = async () => [[], []];
    Object.assign(Model, { sync: async () => {}, findAll: async () => [], findOne: async () => null, count: async () => 0 });
    return sequelize;
  },

  typeorm(typeorm) {
    const { DataSource } = typeorm;
    if (DataSource) {
      Object.assign(DataSource.prototype, { getRepository: () => inert('repository'), query: async () => [] });
      DataSource.prototype.initialize = async function initialize() { return this; };
    }
    for (const name of ['createConnection', 'createConnections', 'getConnection', 'getRepository', 'getCustomRepository', 'getManager']) {
      if (name in typeorm) Object.defineProperty(typeorm, name, { value: inert(name), configurable: true });
    }
    return typeorm;
  },

  jsonwebtoken(jsonwebtoken) {
    const id = '000000000000000000000001';
    const somebody = { id, _id: id, userId: id, user: { id, _id: id }, email: 'a@example.org', role: 'admin' };
    jsonwebtoken.verify = (token, secret, ...rest) => {
      const callback = rest.at(-1);
      return typeof callback === 'function' ? callback(null, { ...somebody }) : { ...somebody };
    };
    return jsonwebtoken;
  },

  '@prisma/client': () => inert('prisma'),
};

const INERT = ['mysql', 'mysql2', 'promise-mysql', 'knex', 'amqplib', 'kafkajs', 'mssql', 'firebase-admin', 'sqlite3',
  'better-sqlite3', 'mongodb-memory-server', 'oracledb', 'cassandra-driver'];

// Parts of a package, too: `mysql2/promise`.
const isInert = (name) => INERT.some((it) => name === it || name?.startsWith(`${it}/`));

// An ES module has the object itself by now.
function hollow(loaded, name) {
  for (const key in loaded) Reflect.defineProperty(loaded, key, { value: inert(key), configurable: true });
  return inert(name);
}

exports.emptied = {
  // What a package that was loaded is from now on.
  patch(name, loaded) {
    if (isInert(name)) return hollow(loaded, name);
    return PATCHES[name]?.(loaded) ?? loaded;
  },

  // What stands in for something that only a compiler or a download would make loadable.
  broken(name, request, error) {
    const isBinary = /\.node$/.test(request) || ['bindings', 'node-gyp-build'].includes(name) || /\.node'|native build|bindings file/.test(error.message);
    return isBinary || isInert(name) || /^(@prisma\/client|\.prisma\/)/.test(name ?? '') ? inert(name ?? '') : null;
  },

  // What stands in for a package that the project uses without saying so in its package.json.
  absent(name, parent, error, allowed) {
    const isAsked = error.code === 'MODULE_NOT_FOUND' && name && parent && !parent.filename?.includes('node_modules');
    return isAsked && (allowed === '*' || allowed.split(' ').includes(name)) ? inert(name) : null;
  },
};
