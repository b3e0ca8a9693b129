"""Command lines that build, test, scan, publish and tell: everything that changes no environment.

``PROGRAMS``: program -> (documentation, rows), as in :mod:`barraiser.classify.vocabulary.deploying`. The kind ``test`` stands for a test
whose kind its arguments and its job's name decide.
"""

from __future__ import annotations

from barraiser.classify.vocabulary import word_set
from barraiser.classify.vocabulary.clouds import Rows

_TEST: Rows = (("", "test", ""),)
_UNIT: Rows = (("", "unit-test", ""),)
_E2E: Rows = (("", "e2e-test", ""),)
_LOAD: Rows = (("", "load-test", "aim=*"),)
_LINT: Rows = (("", "lint", ""),)
_SCA: Rows = (("", "sca", ""),)
_IAC: Rows = (("", "iac-scan", ""),)
_OTHER: Rows = (("", "other", ""),)

MAVEN: Rows = (
    ("+-DskipTests|-DskipTests=true|-Dmaven.test.skip=true|-Dmaven.test.skip ~deploy", "publish", ""),
    ("~spring-boot:build-image|jib:build", "publish", "c=0.7"),
    ("~gatling:test", "load-test", ""),
    ("~jmeter:", "load-test", ""),
    ("~soapui:test|karate|cucumber:", "integration-test", ""),
    ("~flyway:migrate|liquibase:update", "migrate", ""),
    ("~flyway:clean|liquibase:dropAll", "destroy", "destroys=all_objects_of_the_database"),
    ("~azure-webapp:deploy|appengine:deploy|azure-functions:deploy|cargo:redeploy|tomcat7:redeploy|wildfly:deploy", "deploy", "waits=yes"),
    ("~sonar:sonar", "sast", ""),
    ("~dependency-check", "sca", ""),
    ("~checkstyle|spotbugs:|pmd:|spotless:check", "lint", ""),
    ("~failsafe", "integration-test", ""),
    ("~release:perform|central-publishing", "publish", ""),
    ("~release:rollback|release:prepare|versions:set", "other", ""),
    ("=deploy", "publish", "also=unit-test:0.6"),
    ("=test|surefire:test", "test", ""),
    ("+-DskipTests|-DskipTests=true|-Dmaven.test.skip=true|-Dmaven.test.skip", "build", ""),
    ("=verify|integration-test|install", "test", "also=build:0.85"),
    ("=package", "build", "also=unit-test:0.7"),
    ("=compile|site|assembly:single", "build", ""),
    ("", "other", ""),
)  # fmt: skip

GRADLE: Rows = (
    ("~gatling", "load-test", ""),
    ("~flywaymigrate|liquibaseupdate", "migrate", ""),
    ("~flywayclean|dropall", "destroy", "destroys=all_objects_of_the_database"),
    ("~appenginedeploy|azurewebappdeploy|azurefunctionsdeploy", "deploy", "waits=yes"),
    ("~publishreleasebundle|publishbundle|publishapk|promotereleaseartifact", "deploy",
        "waits=yes as=mobile-release env=--track default=prod:0.5"),
    ("~sonar", "sast", ""),
    ("~dependencycheck", "sca", ""),
    ("~integrationtest", "integration-test", ""),
    ("~connectedandroidtest|connectedcheck|e2etest", "e2e-test", ""),
    ("~publish|uploadarchives|jib", "publish", "c=0.8"),
    ("~spotlesscheck|checkstyle|detekt|ktlint|pmd|lint", "lint", ""),
    ("~test|check", "test", "untest"),
    ("=build", "build", "also=unit-test:0.7 untest"),
    ("~build|assemble|jar|bundle|compile|classes|dist", "build", ""),
    ("", "other", ""),
)  # fmt: skip

NODE: Rows = (
    ("test|t|tst", "test", ""),
    ("publish", "publish", "env=--tag"),
    ("audit", "sca", ""),
    (
        "ci|install|i|add|config|version|cache|set|link|exec|whoami|login|pack|prune|rebuild|update|dedupe|init|view|pkg|root|bin",
        "other",
        "",
    ),
)

DOTNET: Rows = (
    ("test|vstest", "test", ""),
    ("nuget push", "publish", ""),
    ("nuget sign", "sign", ""),
    ("nuget verify", "verify-signature", ""),
    ("ef database update", "migrate", ""),
    ("ef database drop", "destroy", "destroys=a_database"),
    ("format", "lint", ""),
    ("build|publish|pack|msbuild", "build", ""),
    ("lambda deploy-function|deploy-serverless", "deploy", "waits=yes target=2"),
    ("ecs deploy-service", "deploy", "waits=yes"),
    ("eb deploy-environment", "deploy", "waits=yes env=-env,--environment"),
    ("sonarscanner", "sast", ""),
    ("list package", "sca", ""),
    ("", "other", ""),
)

PROGRAMS: dict[str, tuple[str, Rows]] = {
    # Build tools that do several things
    "mvn": ("https://maven.apache.org/guides/introduction/introduction-to-the-lifecycle.html", MAVEN),
    "gradle": ("https://docs.gradle.org/current/userguide/base_plugin.html", GRADLE),
    "sbt": ("https://www.scala-sbt.org/1.x/docs/", (("~it:test|integrationtest", "integration-test", ""), ("~gatling", "load-test", ""),
        ("~publish|release", "publish", ""), ("~test", "test", ""), ("~scalafmtcheck|scalastyle", "lint", ""),
        ("~package|assembly|compile|stage|dist", "build", ""), ("", "other", ""))),
    "npm": ("https://docs.npmjs.com/cli/commands", NODE),
    "yarn": ("https://yarnpkg.com/cli", (("npm publish", "publish", ""), ("npm audit", "sca", ""), *NODE)),
    "pnpm": ("https://pnpm.io/pnpm-cli", NODE),
    "bun": ("https://bun.com/docs/cli", (("build", "build", ""), *NODE)),
    "deno": ("https://docs.deno.com/runtime/reference/cli/", (("test|bench", "test", ""), ("lint|fmt|check", "lint", ""), ("publish",
        "publish", ""), ("compile|bundle", "build", ""), ("deploy", "deploy", "waits=yes"), ("", "other", ""))),
    "deployctl": ("https://docs.deno.com/deploy/", (("deploy +--prod", "deploy", "waits=yes default=prod:0.85"), ("deploy", "deploy",
        "waits=yes default=ephemeral:0.6"))),
    "dotnet": ("https://learn.microsoft.com/dotnet/core/tools/", DOTNET),
    "go": ("https://pkg.go.dev/cmd/go", (("test", "test", ""), ("build|install", "build", ""), ("vet", "lint", ""), ("", "other", ""))),
    "gotestsum": ("https://github.com/gotestyourself/gotestsum", _TEST),
    "ginkgo": ("https://onsi.github.io/ginkgo/", _TEST),
    "gotest": ("https://github.com/rakyll/gotest", _TEST),
    "cargo": ("https://doc.rust-lang.org/cargo/commands/", (("test|nextest", "test", ""), ("publish", "publish", ""), ("audit|deny",
        "sca", ""), ("clippy|fmt|check", "lint", ""), ("build|ndk|zigbuild|package", "build", ""), ("lambda deploy", "deploy",
        "waits=yes"), ("shuttle deploy", "deploy", "waits=yes"), ("", "other", ""))),
    "cross": ("https://github.com/cross-rs/cross", (("test", "test", ""), ("build", "build", ""))),
    "bazel": ("https://bazel.build/reference/command-line-reference", (("test|coverage", "test", ""), ("build", "build", ""),
        ("run ~push|publish", "publish", ""), ("run ~deploy|apply", "deploy", "c=0.7"), ("", "other", ""))),
    "bazelisk": ("https://github.com/bazelbuild/bazelisk", (("test|coverage", "test", ""), ("build", "build", ""), ("", "other", ""))),
    "pants": ("https://www.pantsbuild.org/", (("test", "test", ""), ("lint|check", "lint", ""), ("package", "build", ""), ("publish",
        "publish", ""))),
    "swift": ("https://www.swift.org/documentation/package-manager/", (("test", "test", ""), ("build", "build", ""))),
    "xcodebuild": ("https://developer.apple.com/documentation/xcode", (("~test", "test", ""), ("", "build", ""))),
    "flutter": ("https://docs.flutter.dev/reference/flutter-cli", (("test", "test", ""), ("analyze", "lint", ""), ("build", "build", ""),
        ("drive", "e2e-test", ""), ("", "other", ""))),
    "dart": ("https://dart.dev/tools/dart-tool", (("test", "test", ""), ("analyze|format", "lint", ""), ("compile", "build", ""),
        ("pub publish", "publish", ""), ("", "other", ""))),
    "mix": ("https://hexdocs.pm/mix/", (("test", "test", ""), ("credo|format|dialyzer", "lint", ""), ("ecto.migrate", "migrate", ""),
        ("ecto.drop|ecto.reset", "destroy", "destroys=a_database"), ("hex.publish", "publish", ""), ("compile|release", "build", ""), ("",
        "other", ""))),
    "lein": ("https://leiningen.org/", (("test", "test", ""), ("deploy", "publish", ""), ("uberjar|jar", "build", ""), ("", "other", ""))),
    "composer": ("https://getcomposer.org/doc/03-cli.md", (("audit", "sca", ""), ("validate", "lint", ""), ("test|tests", "test", ""),
        ("", "other", ""))),
    "rust-script": ("https://rust-script.org/", _OTHER),
    "hatch": ("https://hatch.pypa.io/latest/cli/reference/", (("test", "test", ""), ("publish", "publish", "env=-r,--repo"), ("build",
        "build", ""), ("fmt", "lint", ""), ("", "other", ""))),
    "poetry": ("https://python-poetry.org/docs/cli/", (("publish", "publish", ""), ("build", "build", ""), ("check", "lint", ""), ("",
        "other", ""))),
    "uv": ("https://docs.astral.sh/uv/reference/cli/", (("publish", "publish", ""), ("build", "build", ""), ("", "other", ""))),
    "flit": ("https://flit.pypa.io/", (("publish", "publish", ""), ("build", "build", ""))),
    "pdm": ("https://pdm-project.org/", (("publish", "publish", ""), ("build", "build", ""), ("test", "test", ""), ("", "other", ""))),
    "setup.py": ("https://setuptools.pypa.io/", (("~upload", "publish", ""), ("test|pytest", "test", ""), ("", "build", ""))),
    "bundle": ("https://bundler.io/", (("audit", "sca", ""), ("", "other", ""))),
    "gem": ("https://guides.rubygems.org/command-reference/", (("push", "publish", ""), ("build", "build", ""), ("", "other", ""))),
    # Tests
    "pytest": ("https://docs.pytest.org/", _TEST), "py.test": ("https://docs.pytest.org/", _TEST),
    "unittest": ("https://docs.python.org/3/library/unittest.html", _TEST),
    "tox": ("https://tox.wiki/", (("+--notest", "other", ""), ("", "session", ""))),
    "nox": ("https://nox.thea.codes/", (("", "session", ""),)),
    "coverage": ("https://coverage.readthedocs.io/", (("run ~pytest|unittest|test", "test", ""), ("", "other", ""))),
    "nosetests": ("https://nose.readthedocs.io/", _TEST), "trial": ("https://docs.twisted.org/", _TEST),
    "jest": ("https://jestjs.io/docs/cli", _TEST), "vitest": ("https://vitest.dev/guide/cli", (("list|init", "other", ""),
        ("", "test", ""))), "mocha": ("https://mochajs.org/",
        _TEST),
    "ava": ("https://github.com/avajs/ava", _TEST), "tap": ("https://node-tap.org/", _TEST), "karma": ("https://karma-runner.github.io/",
        _UNIT),
    "c8": ("https://github.com/bcoe/c8", _TEST), "nyc": ("https://github.com/istanbuljs/nyc", (("~mocha|jest|ava|tap|test", "test", ""),
        ("", "other", ""))),
    "react-scripts": ("https://create-react-app.dev/", (("test", "test", ""), ("build", "build", ""))),
    "ng": ("https://angular.dev/cli", (("test", "unit-test", ""), ("e2e", "e2e-test", ""), ("lint", "lint", ""), ("build", "build", ""),
        ("deploy", "deploy", "waits=yes"), ("", "other", ""))),
    "vue-cli-service": ("https://cli.vuejs.org/", (("test:unit", "unit-test", ""), ("test:e2e", "e2e-test", ""), ("build", "build", ""),
        ("lint", "lint", ""))),
    "nx": ("https://nx.dev/", (("~e2e", "e2e-test", ""), ("~deploy", "deploy", "c=0.7 opaque"), ("~test", "test", ""), ("~lint", "lint",
        ""), ("~build", "build", ""), ("", "other", ""))),
    "turbo": ("https://turborepo.com/docs/reference", (("~e2e", "e2e-test", ""), ("~deploy", "deploy", "c=0.7 opaque"), ("~test", "test",
        ""), ("~lint|typecheck", "lint", ""), ("~build", "build", ""), ("", "other", ""))),
    "lerna": ("https://lerna.js.org/docs/api-reference/commands", (("publish", "publish", ""), ("run ~test", "test", ""), ("run ~build",
        "build", ""), ("", "other", ""))),
    "changeset": ("https://github.com/changesets/changesets", (("publish", "publish", ""), ("", "other", ""))),
    "parallel_rspec": ("https://github.com/grosser/parallel_tests", _TEST), "parallel_test": ("https://github.com/grosser/parallel_tests",
        _TEST), "turbo_tests": ("https://github.com/serpapi/turbo_tests", _TEST),
    "rspec": ("https://rspec.info/", _TEST), "phpunit": ("https://phpunit.de/", _TEST), "pest": ("https://pestphp.com/", _TEST),
    "paratest": ("https://github.com/paratestphp/paratest", _TEST), "ctest": ("https://cmake.org/cmake/help/latest/manual/ctest.1.html",
        _TEST),
    "bats": ("https://bats-core.readthedocs.io/", _TEST), "busted": ("https://lunarmodules.github.io/busted/", _TEST),
        "prove": ("https://perldoc.perl.org/prove", _TEST),
    "molecule": ("https://ansible.readthedocs.io/projects/molecule/", (("", "integration-test", ""),)),
    "testinfra": ("https://testinfra.readthedocs.io/", (("", "integration-test", ""),)), "inspec": ("https://docs.chef.io/inspec/", (("",
        "integration-test", ""),)),
    "goss": ("https://github.com/goss-org/goss", (("", "smoke-test", ""),)), "dgoss": ("https://github.com/goss-org/goss", (("",
        "integration-test", ""),)),
    "container-structure-test": ("https://github.com/GoogleContainerTools/container-structure-test", (("", "unit-test", "c=0.6"),)),
    "vstest.console.exe": ("https://learn.microsoft.com/visualstudio/test/vstest-console-options", _TEST),
    "newman": ("https://learning.postman.com/docs/collections/using-newman-cli/", (("", "integration-test",
        "aim=-e,--environment,--env-var,--global-var"),)),
    "postman": ("https://learning.postman.com/docs/postman-cli/", (("collection run", "integration-test", "aim=-e,--environment"), ("",
        "other", ""))),
    "pact-broker": ("https://docs.pact.io/pact_broker", (("can-i-deploy|can_i_deploy", "integration-test", "env=--to-environment,--to"),
        ("publish", "other", ""), ("record-deployment|record-release", "other", ""), ("", "other", ""))),
    "dredd": ("https://dredd.org/", (("", "integration-test", "aim=*"),)), "schemathesis": ("https://schemathesis.readthedocs.io/", (("",
        "integration-test", "aim=*"),)),
    "st": ("https://schemathesis.readthedocs.io/", (("run", "integration-test", "aim=*"),)),
    "hurl": ("https://hurl.dev/", (("", "integration-test", "aim=*"),)), "tavern-ci": ("https://tavern.readthedocs.io/", (("",
        "integration-test", ""),)),
    "bru": ("https://docs.usebruno.com/", (("run", "integration-test", "env=--env"),)), "karate": ("https://karatelabs.github.io/karate/",
        (("", "integration-test", ""),)),
    "stepci": ("https://docs.stepci.com/", (("", "integration-test", ""),)), "venom": ("https://github.com/ovh/venom", (("run",
        "integration-test", ""),)),
    "cypress": ("https://docs.cypress.io/app/references/command-line", (("run", "e2e-test", "aim=--config,--env,-e,-c"), ("", "other",
        ""))),
    "playwright": ("https://playwright.dev/docs/test-cli", (("test +--list", "other", ""), ("test", "e2e-test",
        "aim=--project"), ("", "other", ""))),
    "testcafe": ("https://testcafe.io/documentation/402639/reference/command-line-interface", _E2E),
        "nightwatch": ("https://nightwatchjs.org/", _E2E),
    "wdio": ("https://webdriver.io/", _E2E), "protractor": ("https://www.protractortest.org/", _E2E), "codecept": ("https://codecept.io/",
        _E2E), "codeceptjs": ("https://codecept.io/", _E2E),
    "detox": ("https://wix.github.io/Detox/", (("test", "e2e-test", ""), ("build", "build", ""))), "appium": ("https://appium.io/",
        _OTHER), "maestro": ("https://docs.maestro.dev/", (("test|cloud", "e2e-test", ""),)),
    "behave": ("https://behave.readthedocs.io/", _E2E), "cucumber": ("https://cucumber.io/docs/cucumber/", _E2E),
        "cucumber-js": ("https://github.com/cucumber/cucumber-js", _E2E),
    "behat": ("https://docs.behat.org/", _E2E), "robot": ("https://robotframework.org/", _E2E), "pabot": ("https://pabot.org/", _E2E),
    "checkly": ("https://www.checklyhq.com/docs/cli/", (("test|trigger", "smoke-test", ""), ("deploy", "config-deploy",
        "waits=yes c=0.5"), ("", "other", ""))),
    "datadog-ci": ("https://github.com/DataDog/datadog-ci", (("synthetics", "smoke-test", ""), ("deployment gate", "alarm-gate", ""),
        ("gate", "alarm-gate", ""), ("", "other", ""))),
    "lighthouse": ("https://github.com/GoogleChrome/lighthouse", (("", "smoke-test", "aim=*"),)),
        "lhci": ("https://github.com/GoogleChrome/lighthouse-ci", (("autorun|collect|assert", "smoke-test", ""), ("", "other", ""))),
    "pa11y": ("https://pa11y.org/", (("", "smoke-test", "aim=*"),)), "pa11y-ci": ("https://pa11y.org/", (("", "smoke-test", ""),)),
    # Load and chaos
    "k6": ("https://grafana.com/docs/k6/", (("cloud login|upload", "other", ""),
        ("run|cloud", "load-test", "aim=-e,--env"), ("", "other", ""))),
    "locust": ("https://docs.locust.io/", (("", "load-test", "aim=--host,-H"),)), "artillery": ("https://www.artillery.io/docs",
        (("run|run-fargate|run-lambda|quick", "load-test", "env=-e,--environment aim=-t,--target"), ("", "other", ""))),
    "jmeter": ("https://jmeter.apache.org/usermanual/", _LOAD), "gatling.sh": ("https://docs.gatling.io/", _LOAD),
        "gatling": ("https://docs.gatling.io/", _LOAD), "vegeta": ("https://github.com/tsenart/vegeta", _LOAD),
    "hey": ("https://github.com/rakyll/hey", _LOAD), "wrk": ("https://github.com/wg/wrk", _LOAD),
        "wrk2": ("https://github.com/giltene/wrk2", _LOAD), "ab": ("https://httpd.apache.org/docs/2.4/programs/ab.html", _LOAD),
    "bombardier": ("https://github.com/codesenberg/bombardier", _LOAD), "oha": ("https://github.com/hatoo/oha", _LOAD),
        "ghz": ("https://ghz.sh/", _LOAD), "drill": ("https://github.com/fcsonline/drill", _LOAD),
    "bzt": ("https://gettaurus.org/", _LOAD), "autocannon": ("https://github.com/mcollina/autocannon", _LOAD),
        "siege": ("https://www.joedog.org/siege-manual/", _LOAD), "nbomber": ("https://nbomber.com/", _LOAD),
    "chaos": ("https://chaostoolkit.org/", (("run", "chaos-test", ""), ("", "other", ""))), "litmusctl": ("https://docs.litmuschaos.io/",
        (("", "chaos-test", ""),)), "gremlin": ("https://www.gremlin.com/docs/", (("attack|scenario", "chaos-test", ""), ("", "other",
        ""))),
    "pumba": ("https://github.com/alexei-led/pumba", (("", "chaos-test", ""),)), "toxiproxy-cli": ("https://github.com/Shopify/toxiproxy",
        (("", "chaos-test", "c=0.6"),)), "steadybit": ("https://docs.steadybit.com/", (("", "chaos-test", ""),)),
    # Linters
    **dict.fromkeys(
        ("eslint", "flake8", "pylint", "mypy", "pyright", "basedpyright", "isort", "black", "golangci-lint", "gofmt", "goimports",
            "staticcheck",
         "rubocop", "standardrb", "checkstyle", "spotbugs", "ktlint", "detekt", "hadolint", "shellcheck", "shfmt", "yamllint", "cfn-lint",
             "tflint",
         "ansible-lint", "pre-commit", "prek", "actionlint", "markdownlint", "markdownlint-cli2", "stylelint", "tslint", "tsc", "vue-tsc",
             "prettier", "biome",
         "commitlint", "gitlint", "codespell", "typos", "vale", "phpcs", "php-cs-fixer", "phpstan", "psalm", "pint", "clang-format",
             "clang-tidy",
         "cppcheck", "cpplint", "swiftlint", "swiftformat", "scalafmt", "buf", "spectral", "redocly", "djlint", "sqlfluff", "xo",
             "standard", "oxlint", "knip",
         "pydocstyle", "ty", "vulture", "interrogate", "reuse", "addlicense", "dprint", "taplo", "kubeconform", "kubeval", "kube-linter",
             "kube-score",
         "editorconfig-checker", "lychee", "mix-format", "credo", "jsonlint", "check-jsonschema", "doc8", "zizmor", "yarn-deduplicate",
             "depcheck", "attw", "publint", "dclint"),
        ("https://analysis-tools.dev/", _LINT),
    ),
    "ruff": ("https://docs.astral.sh/ruff/", _LINT), "gofumpt": ("https://github.com/mvdan/gofumpt", _LINT),
    "opa": ("https://www.openpolicyagent.org/docs/cli", (("test", "unit-test", ""), ("eval|exec", "iac-scan", ""), ("build", "build", ""),
        ("", "lint", ""))), "regal": ("https://docs.styra.com/regal", _LINT),
    # Scanners
    "semgrep": ("https://semgrep.dev/docs/", (("", "sast", ""),)), "sonar-scanner": ("https://docs.sonarsource.com/", (("", "sast",
        ""),)), "bandit": ("https://bandit.readthedocs.io/", (("", "sast", ""),)), "gosec": ("https://github.com/securego/gosec", (("",
        "sast", ""),)),
    "brakeman": ("https://brakemanscanner.org/", (("", "sast", ""),)), "codeql": ("https://docs.github.com/code-security/codeql-cli",
        (("", "sast", ""),)), "njsscan": ("https://github.com/ajinabraham/njsscan", (("", "sast", ""),)),
        "horusec": ("https://docs.horusec.io/", (("", "sast", ""),)), "spotbugs-security": ("https://find-sec-bugs.github.io/", (("",
        "sast", ""),)),
    "veracode": ("https://docs.veracode.com/", (("", "sast", ""),)), "cx": ("https://checkmarx.com/", (("", "sast", ""),)),
        "checkmarx": ("https://checkmarx.com/", (("", "sast", ""),)),
    "trivy": ("https://trivy.dev/", (("config", "iac-scan", ""), ("~--format=cyclonedx|spdx", "other", ""), ("", "sca", ""))),
        "grype": ("https://github.com/anchore/grype", _SCA), "snyk": ("https://docs.snyk.io/snyk-cli", (("code", "sast", ""), ("iac",
        "iac-scan", ""), ("auth|config|monitor", "other", ""), ("", "sca", ""))),
    "pip-audit": ("https://github.com/pypa/pip-audit", _SCA), "safety": ("https://docs.safetycli.com/", _SCA),
        "osv-scanner": ("https://google.github.io/osv-scanner/", _SCA),
        "dependency-check": ("https://owasp.org/www-project-dependency-check/", _SCA),
        "dependency-check.sh": ("https://owasp.org/www-project-dependency-check/", _SCA),
    "anchore-cli": ("https://docs.anchore.com/", _SCA), "govulncheck": ("https://go.dev/doc/security/vuln/", _SCA),
        "bundle-audit": ("https://github.com/rubysec/bundler-audit", _SCA), "bundler-audit": ("https://github.com/rubysec/bundler-audit",
        _SCA), "nancy": ("https://github.com/sonatype-nexus-community/nancy", _SCA), "dockle": ("https://github.com/goodwithtech/dockle",
        _SCA), "audit-ci": ("https://github.com/IBM/audit-ci", _SCA), "license-checker": ("https://github.com/davglass/license-checker",
        _SCA), "fossa": ("https://docs.fossa.com/", _SCA),
    "gitleaks": ("https://github.com/gitleaks/gitleaks", (("", "secret-scan", ""),)),
        "trufflehog": ("https://github.com/trufflesecurity/trufflehog", (("", "secret-scan", ""),)),
        "ggshield": ("https://docs.gitguardian.com/ggshield-docs/", (("", "secret-scan", ""),)),
        "detect-secrets": ("https://github.com/Yelp/detect-secrets", (("", "secret-scan", ""),)),
        "detect-secrets-hook": ("https://github.com/Yelp/detect-secrets", (("", "secret-scan", ""),)),
        "git-secrets": ("https://github.com/awslabs/git-secrets", (("", "secret-scan", ""),)),
    "zap-baseline.py": ("https://www.zaproxy.org/docs/docker/", (("", "dast", "aim=*"),)),
        "zap-full-scan.py": ("https://www.zaproxy.org/docs/docker/", (("", "dast", "aim=*"),)),
        "zap-api-scan.py": ("https://www.zaproxy.org/docs/docker/", (("", "dast", "aim=*"),)),
        "nuclei": ("https://docs.projectdiscovery.io/", (("", "dast", "aim=*"),)), "nikto": ("https://github.com/sullo/nikto", (("",
        "dast", "aim=*"),)),
    "checkov": ("https://www.checkov.io/", _IAC), "tfsec": ("https://aquasecurity.github.io/tfsec/", _IAC),
        "kics": ("https://docs.kics.io/", _IAC), "cfn-guard": ("https://github.com/aws-cloudformation/cloudformation-guard", _IAC),
        "cfn_nag_scan": ("https://github.com/stelligent/cfn_nag", _IAC), "cfn_nag": ("https://github.com/stelligent/cfn_nag", _IAC),
    "conftest": ("https://www.conftest.dev/", (("test|verify", "iac-scan", ""), ("", "other", ""))),
        "terrascan": ("https://runterrascan.io/", _IAC), "sentinel": ("https://developer.hashicorp.com/sentinel", _IAC),
        "kubesec": ("https://kubesec.io/", _IAC), "polaris": ("https://polaris.docs.fairwinds.com/", _IAC),
        "terraform-compliance": ("https://terraform-compliance.com/", _IAC), "infracost": ("https://www.infracost.io/docs/", _OTHER),
        "prowler": ("https://docs.prowler.com/", _IAC),
    # Build and package
    "cmake": ("https://cmake.org/", (("", "build", ""),)), "ninja": ("https://ninja-build.org/", (("", "build", ""),)),
        "meson": ("https://mesonbuild.com/", (("test", "test", ""), ("", "build", ""))),
        "msbuild": ("https://learn.microsoft.com/visualstudio/msbuild/", (("", "build", ""),)), "ant": ("https://ant.apache.org/manual/",
        (("~test", "test", ""), ("~deploy", "deploy", "c=0.6"), ("", "build", ""))),
    "webpack": ("https://webpack.js.org/", (("", "build", ""),)), "vite": ("https://vite.dev/guide/cli", (("build", "build", ""), ("",
        "other", ""))), "rollup": ("https://rollupjs.org/", (("", "build", ""),)), "esbuild": ("https://esbuild.github.io/", (("",
        "build", ""),)), "next": ("https://nextjs.org/docs/app/api-reference/cli", (("build|export", "build", ""), ("lint", "lint", ""))),
        "gatsby": ("https://www.gatsbyjs.com/docs/", (("build", "build", ""), ("", "other", ""))), "hugo": ("https://gohugo.io/commands/",
        (("deploy", "deploy", "waits=yes as=static-site env=--target,-e,--environment"), ("", "build", ""))),
        "jekyll": ("https://jekyllrb.com/docs/", (("build", "build", ""), ("", "other", ""))), "eleventy": ("https://www.11ty.dev/", (("",
        "build", ""),)), "sphinx-build": ("https://www.sphinx-doc.org/", (("", "build", ""),)),
        "docusaurus": ("https://docusaurus.io/docs/cli", (("deploy", "deploy", "waits=yes default=static:0.8 as=static-site"), ("build",
        "build", ""), ("", "other", ""))),
    "pack": ("https://buildpacks.io/docs/", (("build +--publish", "publish", "image=@1"), ("build", "build", ""))),
        "ko": ("https://ko.build/", (("apply|create|resolve", "deploy", "wait= c=0.8 def=-f"), ("build|publish", "publish", ""))),
        "buildah": ("https://buildah.io/", (("push", "publish", "image=@1"), ("bud|build|build-using-dockerfile|commit", "build",
        "image=-t,--tag"), ("", "other", ""))), "executor": ("https://github.com/GoogleContainerTools/kaniko", (("+--no-push", "build",
        ""), ("", "publish", "image=--destination,-d"))), "packer": ("https://developer.hashicorp.com/packer/docs/commands",
        (("validate|fmt", "lint", ""), ("build", "publish", "c=0.8"), ("", "other", ""))), "nixpacks": ("https://nixpacks.com/",
        (("build", "build", ""),)), "jib": ("https://github.com/GoogleContainerTools/jib", (("build", "publish", ""),)),
        "earthly": ("https://docs.earthly.dev/", (("~deploy", "deploy", "c=0.6 opaque"), ("~test", "test", ""), ("~lint", "lint", ""),
        ("+--push", "publish", ""), ("", "build", ""))), "depot": ("https://depot.dev/docs", (("build|bake +--push", "publish",
        "image=-t,--tag"), ("build|bake", "build", "image=-t,--tag"))), "pyinstaller": ("https://pyinstaller.org/", (("", "build", ""),)),
        "nix": ("https://nix.dev/", (("build|flake check", "build", ""), ("", "other", ""))), "nix-build": ("https://nix.dev/", (("",
        "build", ""),)), "devcontainer": ("https://containers.dev/", (("build", "build", ""), ("", "other", ""))),
    # Publish
    "twine": ("https://twine.readthedocs.io/", (("check", "lint", ""), ("upload", "publish", "env=-r,--repository"))),
        "goreleaser": ("https://goreleaser.com/", (("~--snapshot|check|--skip=publish|--skip-publish", "build", ""), ("release",
        "publish", ""), ("build", "build", ""))), "semantic-release": ("https://semantic-release.gitbook.io/", (("+--dry-run", "other",
        ""), ("publish|version", "publish", ""), ("", "publish", ""))), "release-it": ("https://github.com/release-it/release-it", (("",
        "publish", ""),)), "standard-version": ("https://github.com/conventional-changelog/standard-version", _OTHER),
        "vsce": ("https://code.visualstudio.com/api/working-with-extensions/publishing-extension", (("publish", "publish", ""),
        ("package", "build", ""))), "ovsx": ("https://github.com/eclipse/openvsx", (("publish", "publish", ""),)),
        "jf": ("https://jfrog.com/help/r/jfrog-cli", (("rt u|upload|bp|build-publish|dp|docker-push|bpr", "publish", ""), ("scan|audit",
        "sca", ""), ("", "other", ""))), "crane": ("https://github.com/google/go-containerregistry", (("copy|cp|push|tag", "publish",
        "image=@last"), ("", "other", ""))), "skopeo": ("https://github.com/containers/skopeo", (("copy|sync", "publish", "image=@last"),
        ("", "other", ""))), "regctl": ("https://regclient.org/", (("image copy", "publish", ""), ("", "other", ""))),
        "oras": ("https://oras.land/docs/", (("push|cp", "publish", ""), ("", "other", ""))),
        "charts-syncer": ("https://github.com/bitnami/charts-syncer", (("", "publish", ""),)),
        "cr": ("https://github.com/helm/chart-releaser", (("upload|index", "publish", ""), ("package", "build", ""))),
        "release-cli": ("https://gitlab.com/gitlab-org/release-cli", (("create", "publish", ""),)),
        "glab": ("https://gitlab.com/gitlab-org/cli", (("release create|upload", "publish", ""), ("ci run|trigger", "other", "opaque"),
        ("", "other", ""))), "ghr": ("https://github.com/tcnksm/ghr", (("", "publish", ""),)),
        "snapcraft": ("https://documentation.ubuntu.com/snapcraft/", (("upload|push|release", "publish", ""), ("", "build", ""))),
        "nuget": ("https://learn.microsoft.com/nuget/reference/nuget-exe-cli-reference", (("push", "publish", ""), ("pack", "build", ""),
        ("", "other", ""))), "pod": ("https://guides.cocoapods.org/terminal/commands.html", (("trunk push", "publish", ""), ("lib lint",
        "lint", ""), ("", "other", ""))), "conan": ("https://docs.conan.io/", (("upload", "publish", ""), ("create|build", "build", ""),
        ("", "other", ""))), "anaconda": ("https://docs.anaconda.com/", (("upload", "publish", ""),)),
        "conda-build": ("https://docs.conda.io/", (("", "build", ""),)), "maturin": ("https://www.maturin.rs/", (("publish|upload",
        "publish", ""), ("", "build", ""))), "wasm-pack": ("https://rustwasm.github.io/wasm-pack/", (("publish", "publish", ""), ("test",
        "test", ""), ("build", "build", ""))), "cloudsmith": ("https://help.cloudsmith.io/docs/cli", (("push", "publish", ""),)),
        "package_cloud": ("https://packagecloud.io/", (("push", "publish", ""),)), "dput": ("https://manpages.debian.org/dput", (("",
        "publish", ""),)),
    # Signatures and bills of materials
    "cosign": ("https://docs.sigstore.dev/cosign/", (("verify|verify-attestation|verify-blob", "verify-signature", ""),
        ("sign|attest|sign-blob|attest-blob", "sign", ""), ("copy", "publish", ""), ("", "other", ""))),
        "notation": ("https://notaryproject.dev/", (("verify", "verify-signature", ""), ("sign", "sign", ""))),
        "slsa-verifier": ("https://github.com/slsa-framework/slsa-verifier", (("", "verify-signature", ""),)),
        "gpg": ("https://gnupg.org/documentation/", (("+--verify", "verify-signature", ""),
        ("+--detach-sign|--sign|-s|--clearsign|--detach-sig|-ab", "sign", "c=0.7"), ("", "other", ""))),
        "minisign": ("https://jedisct1.github.io/minisign/", (("+-S", "sign", ""), ("+-V", "verify-signature", ""))),
        "signtool": ("https://learn.microsoft.com/windows/win32/seccrypto/signtool", (("sign", "sign", ""), ("verify", "verify-signature",
        ""))), "syft": ("https://github.com/anchore/syft", _OTHER), "cdxgen": ("https://github.com/CycloneDX/cdxgen", _OTHER),
        "codesign": ("https://developer.apple.com/documentation/security", (("", "sign", ""),)),
        "rcodesign": ("https://gregoryszorc.com/docs/apple-codesign/", (("sign", "sign", ""), ("verify", "verify-signature", ""),
        ("", "other", ""))),
    "jarsigner": ("https://docs.oracle.com/en/java/javase/21/docs/specs/man/jarsigner.html", (("+-verify", "verify-signature", ""),
        ("", "sign", ""))), "apksigner": ("https://developer.android.com/tools/apksigner", (("verify", "verify-signature", ""),
        ("sign", "sign", ""), ("", "other", ""))), "osslsigncode": ("https://github.com/mtrojnar/osslsigncode", (("verify",
        "verify-signature", ""), ("sign", "sign", ""), ("", "other", ""))), "sigstore": ("https://github.com/sigstore/sigstore-python",
        (("verify", "verify-signature", ""), ("sign|attest", "sign", ""), ("", "other", ""))),
        "debsign": ("https://manpages.debian.org/debsign", (("", "sign", ""),)),
    # Forges
    "gh": ("https://cli.github.com/manual/", (
        ("release create|upload|edit", "publish", "c=0.8"),
        ("release delete", "other", ""),
        ("workflow run", "dispatch", ""),
        ("api", "dispatch", ""),
        ("pr checkout", "source", "untrusted"),
        ("attestation verify", "verify-signature", ""),
        ("pr create|merge", "other", ""),
        ("", "other", ""),
    )),
    "hub": ("https://hub.github.com/", (("release create", "publish", ""), ("", "other", ""))),
    # Telling people
    **dict.fromkeys(("codecov", "codecov-cli", "codecovcli", "coveralls", "codacy-coverage-reporter", "slack", "sentry-cli",
        "bugsnag-cli", "newrelic-cli", "apprise", "mail", "sendmail"), ("https://docs.codecov.com/docs/the-codecov-cli", (("", "notify",
        ""),))),
    "dynatrace": ("https://docs.dynatrace.com/", (("evaluate", "alarm-gate", ""), ("", "other", ""))),
        "newrelic": ("https://github.com/newrelic/newrelic-cli", (("entity deployment|event", "notify", ""), ("nrql query", "alarm-gate",
        "c=0.6"), ("", "other", ""))), "promtool": ("https://prometheus.io/docs/prometheus/latest/command-line/promtool/", (("query",
        "alarm-gate", "c=0.7"), ("check|test", "lint", ""))), "kayenta": ("https://github.com/spinnaker/kayenta", (("", "alarm-gate",
        ""),)),
}  # fmt: skip
"""Program -> (documentation, rows)."""

SAME_AS = {
    "./mvnw": "mvn", "mvnw": "mvn", "mvnd": "mvn", "gradlew": "gradle", "./gradlew": "gradle", "standard-test": "jest",
        "postman-cli": "postman",
    "kaniko": "executor", "jfrog": "jf", "sonar": "sonar-scanner", "sonar-scanner-cli": "sonar-scanner", "playwright-core": "playwright",
    "@playwright/test": "playwright", "phpunit.phar": "phpunit", "simple-phpunit": "phpunit", "mutmut": "pytest",
        "zap.sh": "zap-baseline.py",
    "cypress-run": "cypress", "pytest-3": "pytest",
}  # fmt: skip
"""Other names of the same programs."""

SILENT = word_set(
    "echo printf cd pushd popd mkdir rmdir export set unset shopt local readonly declare typeset let alias umask ulimit trap true false"
    " : test [ [["
    " ls cat head tail tee wc sort uniq cut tr rev nl paste column less more touch cp mv rm ln chmod chown chgrp stat file find xargs"
    " du df pwd date env"
    " printenv whoami id hostname uname which type command hash grep egrep fgrep rg sed awk gawk jq yq xmllint python-version exit"
    " return break continue"
    " shift read getopts eval-noop tar zip unzip gzip gunzip bzip2 xz 7z base64 sha256sum sha1sum md5sum shasum openssl basename"
    " dirname realpath readlink"
    " seq expr bc envsubst diff cmp patch ps kill pkill jobs fg bg disown sync free nproc lscpu source-noop write-host write-output"
    " get-childitem"
    " set-location new-item copy-item remove-item test-path out-file select-string ssh-keyscan ssh-add ssh-agent ssh-keygen mktemp tput"
    " clear history"
)
"""Shell words and small tools that do nothing of interest to a release."""

KNOWN_TOOLS = word_set(
    "pipenv rustc julia android docker-php-ext-install docker-php-ext-enable pecl gprbuild python3.9 python3.10 python3.11"
    " python3.12 python3.13"
    " apt apt-get apk yum dnf microdnf brew choco snap pacman pip pip3 pipx easy_install conda mamba micromamba rustup nvm fnm volta"
    " corepack asdf mise sdk"
    " git git-lfs svn hg curl wget gpg-agent javac swiftc gcc g++ clang make-noop pkg-config ldconfig"
    " docker-credential-ecr-login eval kind minikube k3d k3s microk8s colima vault op doppler sops age chamber direnv dotenvx psql"
    " mysql mysqladmin mysqldump"
    " pg_dump pg_restore pg_isready redis-cli mongo mongosh sqlite3 createdb createuser wait-for-it wait-for-it.sh wait-on dockerize nc"
    " netcat telnet ping dig nslookup host ss netstat"
    " sqlcmd aws-iam-authenticator gke-gcloud-auth-plugin kubelogin kubens kubeseal stern k9s istioctl tfenv tfswitch tfupdate"
    " tgenv terraform-docs"
    " npm-check-updates ncu renovate serve http-server live-server code setfacl adduser useradd usermod groupadd passwd su timedatectl"
    " sysctl modprobe mount umount"
    " ip iptables route launchctl defaults security plutil pod-install gem-noop bundler rbenv pyenv virtualenv venv pre-commit-install"
    " opam ghcup stack cabal"
    " jupyter ipython cookiecutter copier sphinx-apidoc pdoc typedoc jsdoc javadoc doxygen plantuml mermaid mmdc dot pandoc convert"
    " magick ffmpeg"
    " update-alternatives locale-gen dpkg rpm tfc install add-apt-repository dos2unix crontab systemd-run screen tmux nginx certbot"
)
"""Programs that are known and are no step of a release."""

TEST_WORDS: dict[str, str] = {
    "integration": "integration-test", "integrations": "integration-test", "integ": "integration-test", "it": "integration-test",
        "its": "integration-test",
        "contract": "integration-test",
    "api": "integration-test", "component": "integration-test", "functional": "e2e-test", "acceptance": "e2e-test", "e2e": "e2e-test",
        "uat": "e2e-test",
    "endtoend": "e2e-test", "end-to-end": "e2e-test", "regression": "e2e-test", "bdd": "e2e-test", "browser": "e2e-test",
        "selenium": "e2e-test",
    "cypress": "e2e-test", "playwright": "e2e-test", "smoke": "smoke-test", "sanity": "smoke-test", "health": "smoke-test",
        "healthcheck": "smoke-test",
    "postdeploy": "smoke-test", "post-deploy": "smoke-test", "canary": "smoke-test", "synthetic": "smoke-test", "synthetics": "smoke-test",
    "load": "load-test", "stress": "load-test", "soak": "load-test", "capacity": "load-test", "perf": "load-test",
        "performance": "load-test",
    "smoketest": "smoke-test", "smoketests": "smoke-test", "integrationtest": "integration-test",
        "integrationtests": "integration-test", "loadtest": "load-test", "loadtests": "load-test",
    "chaos": "chaos-test", "resilience": "chaos-test", "unit": "unit-test", "units": "unit-test", "unittest": "unit-test",
        "unittests": "unit-test",
}  # fmt: skip
"""Words in a test's arguments or names that tell its kind. Source: the test stages of
https://aws-samples.github.io/aws-deployment-pipeline-reference-architecture/application-pipeline/."""

NAME_KINDS: tuple[tuple[str, str], ...] = (
    ("rollback revert undo", "rollback"),
    ("destroy teardown undeploy", "destroy"),
    ("plan preview-changes dry-run dryrun", "plan"),
    ("secret-detection secret-scanning secret-scan gitleaks", "secret-scan"),
    (
        "lint linting format formatting fmt style typecheck type-check prettier eslint code-quality codequality guru-quality",
        "lint",
    ),
    ("sast codeql semgrep sonar guru-security", "sast"),
    (
        "sca audit trivy snyk dependency-scanning container-scanning license-scanning license-management dependency-check dependency-scan"
        " image-scan vulnerability-scan",
        "sca",
    ),
    ("migrate migration migrations", "migrate"),
    (
        "deploy deployment deploys redeploy rollout promote ship terraform-apply tf-apply tofu-apply apply-terraform apply-infrastructure"
        " apply-infra infra-apply infrastructure-apply apply-stack apply-changes",
        "deploy",
    ),
    ("test tests testing spec specs e2e integration smoke unittest unittests", "test"),
    ("notify notification notifications slack", "notify"),
    ("approve approval signoff sign-off", "approval"),
    ("publish release upload push", "publish"),
    ("build compile package bundle assemble", "build"),
)
"""What the name of a script, target or action that cannot be read says it does; the first that fits counts."""
