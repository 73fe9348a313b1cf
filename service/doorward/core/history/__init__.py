"""The verified history of one subject: bytes in, answers or new bytes out. Pure; the store only keeps the bytes."""

from doorward.core.history.answers import answers
from doorward.core.history.codec import FLAGS, MAX_BYTES, MAX_DEVICES, MAX_ENTRIES
from doorward.core.history.devices import (
    DeviceUse,
    UsedDevice,
    device_use,
    drop_all_devices,
    drop_device,
    remember_device,
    used_devices,
)
from doorward.core.history.export import export
from doorward.core.history.flags import CREDENTIAL_CHANGED_SECONDS, credential_changed, raise_flag
from doorward.core.history.learning import Forgotten, Learned, forget, learn
from doorward.core.history.weights import (
    HALF_LIFE_SECONDS,
    LIFE_SECONDS,
    OTP_WEIGHT,
    PASSWORD_ONLY_WEIGHT,
    PHISHING_RESISTANT_WEIGHT,
    QUARANTINE_SECONDS,
    QUARANTINE_SHARE,
)

__all__ = [
    "CREDENTIAL_CHANGED_SECONDS",
    "FLAGS",
    "HALF_LIFE_SECONDS",
    "LIFE_SECONDS",
    "MAX_BYTES",
    "MAX_DEVICES",
    "MAX_ENTRIES",
    "OTP_WEIGHT",
    "PASSWORD_ONLY_WEIGHT",
    "PHISHING_RESISTANT_WEIGHT",
    "QUARANTINE_SECONDS",
    "QUARANTINE_SHARE",
    "DeviceUse",
    "Forgotten",
    "Learned",
    "UsedDevice",
    "answers",
    "credential_changed",
    "device_use",
    "drop_all_devices",
    "drop_device",
    "export",
    "forget",
    "learn",
    "raise_flag",
    "remember_device",
    "used_devices",
]
