"""Command lines that work on what is deployed: database migrations, configuration and flags, services of a server.

``PROGRAMS``: program -> (documentation, rows), as in :mod:`barraiser.classify.vocabulary.deploying`.
"""

from __future__ import annotations

from barraiser.classify.vocabulary.clouds import Rows

PROGRAMS: dict[str, tuple[str, Rows]] = {
    "kubectx": ("https://github.com/ahmetb/kubectx", (("", "other", "sets=place aim=*"),)),
    "herokuish": ("https://github.com/gliderlabs/herokuish", (("buildpack test|test-setup", "test", ""), ("buildpack build", "build", ""),
        ("", "other", ""))),
    "build": ("https://build.pypa.io/", (("", "build", ""),)),
    # Database migrations
    "flyway": ("https://documentation.red-gate.com/fd/commands", (("~clean", "destroy", "destroys=all_objects_of_the_database"), ("~undo",
        "rollback", ""), ("~migrate", "migrate", ""), ("~validate|info", "plan", ""))),
    "liquibase": ("https://docs.liquibase.com/commands/home.html", (("~update-sql|updateSQL|status|validate", "plan", ""), ("~rollback",
        "rollback", ""), ("~drop-all|dropAll", "destroy", "destroys=all_objects_of_the_database"), ("~update", "migrate", ""))),
    "alembic": ("https://alembic.sqlalchemy.org/en/latest/", (("upgrade +--sql", "plan", ""), ("upgrade", "migrate", ""), ("downgrade",
        "rollback", ""), ("", "other", ""))),
    "flask": ("https://flask-migrate.readthedocs.io/", (("db upgrade +--sql", "plan", ""), ("db upgrade", "migrate", ""),
        ("db downgrade", "rollback", ""), ("", "other", ""))),
    "dbmate": ("https://github.com/amacneil/dbmate", (("up|migrate", "migrate", ""), ("rollback|down", "rollback", ""), ("drop",
        "destroy", "destroys=a_database"))),
    "goose": ("https://github.com/pressly/goose", (("~up|up-to|up-by-one", "migrate", ""), ("~down|reset", "rollback", ""))),
    "migrate": ("https://github.com/golang-migrate/migrate", (("~up", "migrate", ""), ("~drop", "destroy", "destroys=a_database"),
        ("~down", "rollback", ""))),
    "atlas": ("https://atlasgo.io/cli-reference", (("migrate apply", "migrate", "env=--env"), ("schema apply", "migrate", "env=--env"),
        ("migrate lint", "lint", ""))),
    "prisma": ("https://www.prisma.io/docs/orm/reference/prisma-cli-reference", (
        ("migrate deploy", "migrate", ""),
        ("migrate reset", "destroy", "destroys=a_database"),
        ("db push +--accept-data-loss", "destroy", "destroys=data_of_the_database"),
        ("db push", "migrate", ""),
        ("", "other", ""),
    )),
    "knex": ("https://knexjs.org/guide/migrations.html", (("migrate:latest|migrate:up", "migrate", "env=--env"),
        ("migrate:rollback|migrate:down", "rollback", "env=--env"))),
    "sequelize": ("https://sequelize.org/docs/v6/other-topics/migrations/", (("db:migrate", "migrate", "env=--env"),
        ("db:migrate:undo|db:migrate:undo:all", "rollback", "env=--env"), ("db:drop", "destroy", "destroys=a_database env=--env"))),
    "sequelize-cli": ("https://sequelize.org/docs/v6/other-topics/migrations/", (("db:migrate", "migrate", "env=--env"),
        ("db:migrate:undo", "rollback", "env=--env"), ("db:drop", "destroy", "destroys=a_database env=--env"))),
    "typeorm": ("https://typeorm.io/migrations", (("migration:run", "migrate", ""), ("migration:revert", "rollback", ""), ("schema:drop",
        "destroy", "destroys=a_database"))),
    "drizzle-kit": ("https://orm.drizzle.team/kit-docs/commands", (("migrate|push", "migrate", ""), ("check", "lint", ""))),
    "sqlx": ("https://github.com/launchbadge/sqlx", (("migrate run", "migrate", ""), ("migrate revert", "rollback", ""),
        ("database drop|reset", "destroy", "destroys=a_database"))),
    "diesel": ("https://diesel.rs/", (("migration run", "migrate", ""), ("migration revert", "rollback", ""))),
    "dropdb": ("https://www.postgresql.org/docs/current/app-dropdb.html", (("", "destroy", "destroys=a_database"),)),
    "sqitch": ("https://sqitch.org/docs/", (("deploy", "migrate", "env=--target,-t"), ("revert", "rollback", "env=--target,-t"),
        ("verify", "smoke-test", "c=0.6"))),
    "sqlpackage": ("https://learn.microsoft.com/sql/tools/sqlpackage/", (("~publish", "migrate", ""), ("~script|deployreport", "plan",
        ""))),
    "rails": ("https://guides.rubyonrails.org/active_record_migrations.html", (("db:drop|db:reset|db:schema:load", "destroy",
        "destroys=a_database"), ("db:rollback", "rollback", ""), ("db:migrate|db:prepare", "migrate", ""), ("test|spec", "test", ""), ("",
        "other", ""))),
    "artisan": ("https://laravel.com/docs/migrations", (("migrate:fresh|migrate:reset|db:wipe", "destroy", "destroys=a_database"),
        ("migrate:rollback", "rollback", ""), ("migrate", "migrate", ""), ("test|dusk", "test", ""), ("", "other", ""))),
    "manage.py": ("https://docs.djangoproject.com/en/stable/ref/django-admin/", (("migrate", "migrate", ""), ("flush|reset_db", "destroy",
        "destroys=data_of_the_database"), ("test", "test", ""), ("check", "lint", ""), ("makemigrations", "lint", ""), ("", "other",
        ""))),
    "bin/console": ("https://symfony.com/bundles/DoctrineMigrationsBundle/", (("doctrine:migrations:migrate", "migrate", ""),
        ("doctrine:database:drop", "destroy", "destroys=a_database"), ("", "other", ""))),
    # Configuration, flags, secrets
    "consul": ("https://developer.hashicorp.com/consul/commands", (("kv put|import", "config-deploy", "waits=yes as=config-flags"),
        ("config write", "config-deploy", "waits=yes as=config-flags"), ("", "other", ""))),
    "ldcli": ("https://docs.launchdarkly.com/home/getting-started/ldcli", (("flags update|toggle-on|toggle-off", "config-deploy",
        "waits=yes as=config-flags env=--environment"),)),
    # Restarting what runs on a server
    "systemctl": ("https://www.freedesktop.org/software/systemd/man/latest/systemctl.html", (("restart|reload|start|reload-or-restart",
        "deploy?", "waits=yes"), ("", "other", ""))),
    "service": ("https://manpages.debian.org/service", (("* restart|reload|start", "deploy?", "waits=yes"), ("", "other", ""))),
    "pm2": ("https://pm2.keymetrics.io/docs/usage/quick-start/", (("deploy", "deploy", "waits=yes env=@2"),
        ("restart|reload|start|startOrReload|startOrRestart", "deploy?", "waits=yes"), ("", "other", ""))),
    "supervisorctl": ("http://supervisord.org/running.html", (("restart|update|start", "deploy?", "waits=yes"), ("", "other", ""))),
}  # fmt: skip
"""Program -> (documentation, rows)."""
