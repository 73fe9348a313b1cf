"""The part of the wiring that is about messages: who carries them, their budgets, and the types that send codes."""

from collections.abc import Mapping

from doorward.authenticators import verifiers
from doorward.budgets import SendBudgets
from doorward.ceremony import Sender, Verifier
from doorward.core.sender_url import SenderUrl
from doorward.gather import Sources
from doorward.ports import Store
from doorward.senders import open_senders
from doorward.sending import Post
from doorward.settings import Settings


def senders(settings: Settings, handed: Mapping[str, Sender]) -> Mapping[str, Sender]:
    """Return who carries each channel; those that were *handed* in stand before those that the settings name."""
    return {**_configured(settings), **handed}


def post(settings: Settings, store: Store, sources: Sources, carriers: Mapping[str, Sender]) -> Post:
    """Return what sends messages by *carriers*."""
    budgets = SendBudgets(store, sources.hasher, settings.send_limits)
    return Post(carriers, budgets, store, sources.meter)


def channels(settings: Settings, senders: Mapping[str, Sender]) -> frozenset[str]:
    """Return the channels that somebody carries."""
    return frozenset(senders) | {channel for channel, url in _urls(settings).items() if url}


def _urls(settings: Settings) -> Mapping[str, SenderUrl | None]:
    return {
        "email": settings.smtp_url,
        "sms": settings.sms_url,
        "voice": settings.voice_url,
        "push": settings.push_url,
    }


def _configured(settings: Settings) -> Mapping[str, Sender]:
    """Return the senders that the settings name; together they hold three of four threads at most."""
    return open_senders(
        _urls(settings),
        mail_from=settings.mail_from,
        webhook_keys=settings.webhook_secret,
        most=max(1, settings.threads // 4),
    )


def types(settings: Settings) -> Mapping[str, Verifier]:
    """Return the verifiers as the settings want them."""
    return verifiers(
        totp_window=settings.totp_window,
        knowledge=settings.knowledge == "on",
        code_digits=settings.code_digits,
        code_seconds=settings.code_ttl,
        phone_prefixes=settings.phone_prefixes,
    )
