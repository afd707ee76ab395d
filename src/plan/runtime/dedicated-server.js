{% if not esm and strict %}'use strict';
{% endif %}// @iomigrate dedicated-server
//
// The dedicated Socket.IO server: the only process that owns sockets. What it does with them was moved here from
// {{ source }}. The API reaches the clients through Redis, with socketBroadcaster.

{% if prologue %}{{ prologue }}
{% endif %}{% if esm %}import { createSocketHttpServer, startSocketServer } from '{{ runtime_path }}';
{% else %}const { createSocketHttpServer, startSocketServer } = require('{{ runtime_path }}');
{% endif %}{% if rest %}
{{ rest }}
{% endif %}
const {{ server_name }} = createSocketHttpServer();

{{ setup }}

startSocketServer({{ io_name }}, {{ server_name }});
