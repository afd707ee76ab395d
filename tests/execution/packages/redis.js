// Nothing that is run here may look for Redis: the broadcaster is attached to a server in the same process.

'use strict';

exports.createClient = () => { throw new Error('the broadcaster is not attached: it looks for Redis'); };
