"""What holds for every test: a property has no deadline, since the machine is shared and its clock says little."""

from hypothesis import settings

settings.register_profile("doorward", deadline=None)
settings.load_profile("doorward")
