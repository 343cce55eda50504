from blog import cli
from tests.later_schema import later_schema

with later_schema():
    cli.main()
