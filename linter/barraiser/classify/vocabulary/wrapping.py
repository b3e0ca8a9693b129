"""Programs that run another command given in their own words, and options that take a value. Sources: each program's own manual."""

from __future__ import annotations

from barraiser.classify.vocabulary import word_set

PREFIXES: dict[str, int] = {
    "sudo": 0, "time": 0, "nohup": 0, "exec": 0, "command": 0, "builtin": 0, "nice": 0, "ionice": 0, "setsid": 0, "stdbuf": 0,
        "unbuffer": 0,
    "xvfb-run": 0, "dbus-run-session": 0, "catchsegv": 0, "faketime": 1, "timeout": 1, "gtimeout": 1, "retry": 0, "env": 0, "doas": 0,
        "gosu": 1,
    "su-exec": 1, "npx": 0, "pnpx": 0, "bunx": 0, "pipx": 0, "uvx": 0, "dumb-init": 0, "tini": 0, "then": 0, "do": 0, "else": 0, "!": 0,
        "{": 0, "(": 0,
    "travis_retry": 0, "travis_wait": 1, "xargs": 0, "parallel": 0, "caffeinate": 0, "arch": 1, "watch": 0, "dotenv": 0, "dotenvx": 0,
    "cross-env": 0, "cross-env-shell": 0, "env-cmd": 0, "&": 0, "call": 0, "winpty": 0,
        "eatmydata": 0,
}  # fmt: skip
"""Program -> how many words of its own stand before the command that it runs."""

PREFIX_VALUED: dict[str, frozenset[str]] = {
    "sudo": frozenset({"-u", "-g", "--user", "--group", "-H", "-C"}) - {"-H"},
    "npx": frozenset({"-p", "--package", "-c"}),
    "timeout": frozenset({"-k", "-s", "--signal", "--kill-after"}),
    "env": frozenset({"-u", "-C"}),
    "nice": frozenset({"-n"}),
    "xargs": frozenset({"-n", "-I", "-P", "-L", "-d", "-a", "-s", "-E"}),
    "retry": frozenset({"-t", "-d", "-n", "--tries", "--delay"}),
    "xvfb-run": frozenset({"-s", "--server-args", "-e", "-f", "-n", "-p"}),
    "uvx": frozenset({"--from", "--with", "--python", "-p"}),
    "dotenv": frozenset({"-e", "-f", "-c"}),
    "dotenvx": frozenset({"-f"}),
    "env-cmd": frozenset({"-f", "-e", "-r"}),
    "parallel": frozenset({"-j"}),
}
"""Options of those that take the next word."""

RUNNERS: dict[str, tuple[str, ...]] = {
    "poetry": ("run",), "pipenv": ("run",), "uv": ("run", "x"), "pdm": ("run",), "rye": ("run",), "hatch": ("run",), "pixi": ("run",),
        "conda": ("run",),
    "mamba": ("run",), "micromamba": ("run",), "bundle": ("exec",), "pipx": ("run",), "yarn": ("dlx", "exec"), "pnpm": ("dlx", "exec"),
        "npm": ("exec", "x"),
    "bun": ("x",), "lerna": ("exec",), "dotenvx": ("run",), "doppler": ("run",), "infisical": ("run",), "op": ("run",), "nix": ("develop",
        "shell"),
    "mise": ("exec", "x"), "asdf": ("exec",), "rbenv": ("exec",), "pyenv": ("exec",), "devbox": ("run",), "heroku": ("run",),
        "railway": ("run",), "spring": ("run",), "uvx": (),
    "coverage": ("run",), "symfony": ("console", "php"), "composer": ("exec",), "rustup": ("run",), "volta": ("run",), "fnm": ("exec",),
        "nvm": ("exec",),
    "aws-vault": ("exec",), "chamber": ("exec",), "vault-env": (), "saml2aws": ("exec",), "granted": ("exec",), "direnv": ("exec",),
        "cargo": (), "sops": ("exec-env",),
    "buildkite-agent": (), "teller": ("run",), "envconsul": (), "pyenv-exec": (), "knotctl": (), "dagger": ("run",), "kubectl": ("exec",),
        "oc": ("exec", "rsh"),
    "devcontainer": ("exec",),
}  # fmt: skip
"""Program -> its subcommands after which the command stands that is run."""

AFTER_DASHES = frozenset(
    {
        "aws-vault",
        "chamber",
        "doppler",
        "infisical",
        "op",
        "kubectl",
        "oc",
        "saml2aws",
        "granted",
        "envconsul",
        "teller",
        "dotenv",
        "sops",
    }
)
"""Runners whose command stands after ``--``, or else after one word of their own."""

INTERPRETERS = word_set(
    "bash sh zsh dash ash ksh pwsh powershell python python3 python2 py node ruby php perl tsx ts-node deno-run bun-run groovy Rscript"
    " rscript lua source ."
)
"""Programs that run a script file named in their first word."""

SCRIPT_SUFFIXES = (
    ".sh",
    ".bash",
    ".zsh",
    ".py",
    ".js",
    ".mjs",
    ".cjs",
    ".ts",
    ".rb",
    ".php",
    ".pl",
    ".ps1",
    ".cmd",
    ".bat",
    ".groovy",
    ".go",
    ".kts",
    ".csx",
)

VALUED: dict[str, frozenset[str]] = {
    "kubectl": frozenset({"-n", "--namespace", "--context", "--kubeconfig", "--cluster", "-f", "--filename", "-l", "--selector", "-k",
        "--server", "-s", "--token", "--user", "-o", "--output", "--timeout", "-c", "--container", "--as", "-p", "--patch", "--type"}),
    "helm": frozenset({"-n", "--namespace", "--kube-context", "--kubeconfig", "-f", "--values", "--set", "--set-string", "--set-file",
        "--version", "--timeout", "--repo", "--history-max", "--description", "--username", "--password"}),
    "helmfile": frozenset({"-e", "--environment", "-f", "--file", "-l", "--selector", "-n", "--namespace", "--kube-context", "--args",
        "--state-values-set", "--state-values-file"}),
    "aws": frozenset({"--region", "--profile", "--output", "--endpoint-url", "--query",
        # https://docs.aws.amazon.com/cli/latest/reference/s3/sync.html
        "--exclude", "--include", "--acl", "--cache-control", "--content-type", "--content-encoding", "--content-disposition",
        "--content-language", "--expires", "--metadata", "--metadata-directive", "--storage-class", "--sse", "--sse-kms-key-id",
        "--website-redirect", "--source-region", "--grants", "--page-size"}),
    "az": frozenset({"-g", "--resource-group", "-n", "--name", "--subscription", "-o", "--output"}),
    "gcloud": frozenset({"--project", "--region", "--zone", "--account", "--configuration", "--format"}),
    "docker": frozenset({"-H", "--host", "--context", "-c", "--config", "-f", "--file", "-p", "--project-name", "--env-file", "--profile",
        "-t", "--tag", "--build-arg", "--platform", "--target", "--cache-from", "--cache-to", "--label", "-o", "--output",
        "--compose-file", "--image", "--project-directory"}),
    "docker-compose": frozenset({"-f", "--file", "-p", "--project-name", "--env-file", "--profile", "--project-directory"}),
    "git": frozenset({"-C", "-c", "--git-dir", "--work-tree", "-m", "--message", "--author", "-b", "--depth", "--branch"}),
    "npm": frozenset({"--prefix", "-w", "--workspace", "-C", "--registry", "--tag", "--loglevel"}),
    "yarn": frozenset({"--cwd", "--registry", "--tag"}),
    "pnpm": frozenset({"--filter", "-F", "-C", "--dir", "--registry", "--tag"}),
    "bun": frozenset({"--cwd", "--filter"}),
    "make": frozenset({"-C", "-f", "-j", "--directory", "--file", "--makefile", "-I", "-o", "-W"}),
    "mvn": frozenset({"-f", "--file", "-P", "-pl", "--projects", "-s", "--settings", "-gs", "-T", "-t", "--threads", "-rf",
        "--activate-profiles", "-l"}),
    "gradle": frozenset({"-p", "--project-dir", "-b", "-c", "-I", "--init-script", "-g", "-x", "--exclude-task", "--tests",
        "--max-workers", "--console"}),
    "terraform": frozenset({"-var", "-var-file", "-target", "-backend-config", "-out", "-state", "-lock-timeout", "-parallelism"}),
    "terragrunt": frozenset({"--terragrunt-working-dir", "--working-dir", "-var", "-var-file", "--terragrunt-config"}),
    "ansible-playbook": frozenset({"-i", "--inventory", "-e", "--extra-vars", "-l", "--limit", "-u", "--user", "-t", "--tags",
        "--skip-tags", "--private-key", "--vault-password-file", "-f", "--vault-id", "-c", "--key-file", "--become-user"}),
    "argocd": frozenset({"--server", "--auth-token", "--grpc-web-root-path", "--timeout", "--revision", "-l"}),
    "fastlane": frozenset({"--env"}),
    "firebase": frozenset({"--project", "-P", "--token", "--only", "-c", "--config"}),
    "cdk": frozenset({"-c", "--context", "--profile", "--app", "-a", "--require-approval", "--role-arn", "-r", "-o", "--output",
        "--toolkit-stack-name", "--parameters", "--outputs-file", "-O"}),
    "sam": frozenset({"--profile", "--region", "--config-env", "--config-file", "-t", "--template", "--template-file", "--stack-name"}),
    "cf": frozenset({"-f", "-p", "-i", "-m", "-k", "-b", "-s", "-o", "--var", "--vars-file", "--strategy", "-c"}),
    "flux": frozenset({"-n", "--namespace", "--context", "--kubeconfig"}),
    "vercel": frozenset({"-t", "--token", "--scope", "-S", "--cwd", "-A", "--local-config", "-Q", "-b", "-e", "--build-env", "--env",
        "-m", "--target"}),
    "netlify": frozenset({"--site", "-s", "--auth", "-a", "--dir", "-d", "--message", "-m", "--alias", "--filter", "--functions", "-f"}),
    "poetry": frozenset({"-C", "--directory", "-P", "--project"}),
    "uv": frozenset({"--project", "--directory", "--with", "--extra", "--group", "--python", "-p", "--package", "--env-file", "--from",
        "--with-requirements"}),
    "hatch": frozenset({"-e", "--env", "-p", "--project"}),
    "go": frozenset({"-C"}),
    "bazel": frozenset({"--config"}),
    "heroku": frozenset({"-a", "--app", "-r", "--remote"}),
    "dotnet": frozenset({"-c", "--configuration", "-o", "--output", "--filter", "-r", "--runtime", "-f", "--framework", "--project"}),
    "just": frozenset({"-f", "--justfile", "-d", "--working-directory"}),
    "task": frozenset({"-t", "--taskfile", "-d", "--dir"}),
    "rclone": frozenset({"--config"}),
    "snyk": frozenset({"--org", "--file"}),
    "trivy": frozenset({"--config", "-c"}),
    "fly": frozenset({"-a", "--app", "-c", "--config"}),
    "wrangler": frozenset({"--config", "-c", "--env", "-e", "--cwd"}),
    "nomad": frozenset({"-address", "-var", "-var-file", "-namespace", "-region"}),
    "pulumi": frozenset({"-s", "--stack", "-C", "--cwd", "-c", "--config"}),
    "werf": frozenset({"--env", "--repo", "--namespace", "--kube-context"}),
    "tox": frozenset({"-c"}),
    "nx": frozenset({"--base", "--head", "--parallel", "--exclude"}),
    "cap": frozenset(), "serverless": frozenset({"--stage", "-s", "--region", "-r", "--config", "-c", "--param", "--aws-profile"}),
}  # fmt: skip
"""Options that take the next word, so that it is not taken for a subcommand."""

RUN_VALUED = frozenset({
    "-v", "--volume", "-e", "--env", "--env-file", "-w", "--workdir", "-u", "--user", "--name", "--network", "--net", "-p", "--publish",
        "--entrypoint", "--mount",
    "--platform", "-l", "--label", "--add-host", "-h", "--hostname", "--cpus", "-m", "--memory", "--gpus", "--ulimit", "--shm-size",
        "--device", "--restart",
    "--link", "--volumes-from", "--security-opt", "--cap-add", "--pull", "--ipc", "--pid", "--tmpfs", "--log-driver", "--log-opt",
        "--health-cmd",
})  # fmt: skip
"""Options of ``docker run`` and ``exec`` that take the next word: https://docs.docker.com/reference/cli/docker/container/run/"""

SSH_VALUED = word_set("-i -p -o -l -F -J -L -R -D -b -c -m -E -S -W -w -B -I -O -Q")
"""Options of ssh that take the next word: https://man.openbsd.org/ssh"""

NAMED_OPTIONS = (
    "--env",
    "--environment",
    "--stage",
    "--slot",
    "--workspace",
    "--target-env",
    "--target-environment",
    "--deploy-env",
    "--env-name",
    "--environment-name",
    "--tier",
    "--ENV",
    "--Environment",
)
"""Options that hold an environment's name in most programs."""

PLACE_OPTIONS = (
    "-n", "--namespace", "--context", "--kube-context", "--cluster", "--cluster-name", "--project", "--subscription", "--resource-group",
        "-g", "--stack-name", "--stack", "-s",
    "--service", "--services", "--app", "-a", "--name", "--application-name", "--deployment-group-name", "--function-name", "--host",
        "--server", "--profile", "--account",
    "--inventory", "-i", "--limit", "-l", "--config-env", "--project-name", "-p", "--url", "--base-url", "--domain",
)  # fmt: skip
"""Options that name a place whose name often holds the environment's."""
