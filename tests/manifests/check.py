"""What systemd, Caddy, HAProxy, a strict reader of Compose files and the schemas of Kubernetes and Traefik say about the
files of `apply --with`.

    check.py BINARY FIXTURE
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = Path(__file__).parent / "packages"
sys.path.insert(0, str(PACKAGES))
# Debian keeps haproxy where an ordinary user's PATH does not look.
os.environ["PATH"] += ":/usr/sbin:/usr/local/sbin"

NAMES = ["caddy", "compose", "haproxy", "kubernetes", "systemd", "traefik"]
TOOLS = {"caddy": "caddy", "haproxy": "haproxy", "systemd-analyze": "systemd"}
KUBERNETES = "1.37"
TRAEFIK_SCHEMA = "https://json.schemastore.org/traefik-v2-file-provider.json"

# Another language, path and port, and a name that not everybody would take.
TYPESCRIPT = {
    "package.json": json.dumps({
        "name": "@org/2.My_desk",
        "scripts": {"start": "tsx src/index.ts"},
        "dependencies": {"express": "^5.1.0", "socket.io": "^4.8.1", "tsx": "^4.0.0"},
    }),
    "src/index.ts": """import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, { path: '/live' });

io.on('connection', (socket) => socket.join('all'));

server.listen(process.env.PORT || 4000);
setInterval(() => io.to('all').emit('tick'), 1000);
""",
}


def main(binary, fixture):
    missing = [package for tool, package in TOOLS.items() if not shutil.which(tool)]
    if missing:
        sys.exit(f"this needs {', '.join(missing)}: apt-get install {' '.join(missing)}")
    if not PACKAGES.is_dir():
        sys.exit(f"this needs packages: python3 -m pip install --target {PACKAGES} -r {PACKAGES.parent}/requirements.txt")
    with tempfile.TemporaryDirectory() as base:
        complaints = []
        for name, lay in {"fixture": lambda to: shutil.copytree(fixture, to), "typescript": lay_typescript}.items():
            project = Path(base) / name
            lay(project)
            migrate(binary, project)
            complaints += [f"{name}: {it}" for it in check(project)]
    for complaint in complaints:
        print(complaint)
    sys.exit(1 if complaints else 0)


def lay_typescript(project):
    for path, text in TYPESCRIPT.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)


def migrate(binary, project):
    asked = [word for name in NAMES for word in ("--with", name)]
    environment = {**os.environ, "IOMIGRATE_STATE_DIR": str(project.parent / "state")}
    subprocess.run([binary, "apply", "--unsafe-fixes", *asked], cwd=project, env=environment, check=True, capture_output=True)


def check(project):
    complaints = []
    for folder, check_file in CHECKS.items():
        paths = sorted((project / folder).iterdir()) if folder else [project / "compose.yaml"]
        for path in paths:
            complaints += [f"{path.relative_to(project)}: {it}" for it in check_file(path)]
    return complaints


def said(*command, is_quiet=False):
    """What a tool says if it does not like what it was given: at all, if it `is_quiet` otherwise."""
    result = subprocess.run(command, capture_output=True, text=True)
    text = (result.stdout + result.stderr).strip()
    return [text] if result.returncode or is_quiet and text else []


def check_caddy(path):
    return said("caddy", "validate", "--adapter", "caddyfile", "--config", str(path))


def check_haproxy(path):
    return said("haproxy", "-c", "-f", str(path))


def check_systemd(path):
    # A template is checked as one of its instances.
    unit = path.with_name(path.name.replace("@.", "@3001."))
    return said("systemd-analyze", "verify", "--man=no", str(unit), is_quiet=True)


def check_compose(path):
    import compose_spec

    [project] = documents(path)
    try:
        compose_spec.PyCompose.from_json(json.dumps(project))
    except ValueError as error:
        return [str(error)]
    caddyfile = path.with_name("Caddyfile.of-compose")
    caddyfile.write_text(project["configs"]["proxy"]["content"])
    return check_caddy(caddyfile)


def check_traefik(path):
    [configuration] = documents(path)
    # Of these the schema knows nothing.
    times = {"dialTimeout", "responseHeaderTimeout", "idleConnTimeout"}
    transports = configuration["http"]["serversTransports"].values()
    unknown = [f"unknown: {it}" for it in transports if set(it) != {"forwardingTimeouts"} or not set(it["forwardingTimeouts"]) <= times]
    return unknown + violations(configuration, TRAEFIK_SCHEMA)


def check_kubernetes(path):
    import kubernetes_validate

    complaints = []
    for resource in documents(path):
        try:
            kubernetes_validate.validate(resource, KUBERNETES, strict=True)
        except kubernetes_validate.ValidationError as error:
            complaints.append(f"{resource['kind']}: {error}")
    return complaints


CHECKS = {
    "": check_compose,
    "caddy": check_caddy,
    "haproxy": check_haproxy,
    "kubernetes": check_kubernetes,
    "systemd": check_systemd,
    "traefik": check_traefik,
}


def documents(path):
    import yaml

    return list(yaml.safe_load_all(path.read_text()))


def violations(document, url):
    import jsonschema

    errors = jsonschema.Draft7Validator(schema(url)).iter_errors(document)
    return [f"{error.json_path}: {error.message}" for error in errors]


def schema(url):
    """Of those that the package brings along. Asking it by its own function would ask the network."""
    import requests_cache

    session = requests_cache.CachedSession(PACKAGES / "schemastore" / "cache")
    [stored] = [it for it in session.cache.filter(expired=True) if it.url == url]
    return stored.json()


if __name__ == "__main__":
    main(*sys.argv[1:])
