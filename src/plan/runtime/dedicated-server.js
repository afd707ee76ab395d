{% if not esm and strict %}'use strict';
{% endif %}// @iomigrate dedicated-server
//
// The dedicated Socket.IO server: the only process that owns sockets. What it does with them was moved here from
// {{ source }}. The API reaches the clients through Redis, with socketBroadcaster.

{% if prologue %}{{ prologue }}
{% endif %}{% if esm %}import { createSocketHttpServer, startSocketServer{% if queries %}, socketQueries{% endif %} } from {{ quote }}{{ runtime_path }}{{ quote }}{{ semicolon }}
{% else %}const { createSocketHttpServer, startSocketServer{% if queries %}, socketQueries{% endif %} } = require({{ quote }}{{ runtime_path }}{{ quote }}){{ semicolon }}
{% endif %}{% if rest %}
{{ rest }}
{% endif %}
const {{ server_name }} = createSocketHttpServer(){{ semicolon }}

{% if waits %}(async () => {
{{ setup }}
{% if queries %}
  // What the API asks for, with `socketBroadcaster.query(…)`.
{{ queries }}
{% endif %}
  startSocketServer({{ io_name }}, {{ server_name }}{% if logger %}, {{ logger }}{% endif %}){{ semicolon }}
})(){{ semicolon }}
{% else %}{{ setup }}
{% if queries %}
// What the API asks for, with `socketBroadcaster.query(…)`.
{{ queries }}
{% endif %}
startSocketServer({{ io_name }}, {{ server_name }}{% if logger %}, {{ logger }}{% endif %}){{ semicolon }}
{% endif %}