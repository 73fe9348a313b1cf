"""What all tests share: none may fail because the machine is busy, or because of what another has left."""

import structlog
from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")

# A module's logger that is kept on its first use would keep the chain of one test, and no other would hear it.
_configure = structlog.configure
structlog.configure = lambda *given, **named: _configure(*given, **named | {"cache_logger_on_first_use": False})
