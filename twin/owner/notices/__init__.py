"""Notices for the owner, by the channels of `NOTIFY_URLS`: ntfy, Pushover, e-mail and what else apprise has."""

from .channels import Channel, Delivery, deliver
from .notices import Notices

__all__ = ["Channel", "Delivery", "Notices", "deliver"]
