"""The call to the model: what is asked, again where a fault may pass, within one deadline."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
import openai
import stamina

from ..config import Settings
from ..embedded import NAME as EMBEDDED_NAME
from ..embedded import Address, EmbeddedModel
from ..errors import InvalidRequest, ModelBusy, ModelFailed, ModelMisconfigured, TwinError
from .answers import Answer, read_answer
from .connections import Connections, Deadline
from .faults import OPENAI_URL, explain_break, explain_lateness, explain_status, is_refusal

ATTEMPTS = 3
JITTER_SECONDS = 0.2
BUSY_SECONDS = 5  # what a visitor is told to wait where the model doesn't say

logger = logging.getLogger(__name__)


class Model:
    """The model that the settings name, or the embedded one; safe to call from many threads at once."""

    def __init__(self, settings: Settings, embedded: EmbeddedModel) -> None:
        self._settings = settings
        self._embedded = embedded
        self._connections = Connections()
        stamina.instrumentation.set_on_retry_hooks(())  # what failed is logged here already

    def answer(self, messages: Sequence[Mapping[str, str]]) -> Answer:
        """Return the model's answer to chat messages (`{"role", "content"}`), in `CHAT_DEADLINE` seconds at most.

        Raises ModelBusy, ModelMisconfigured, ModelFailed or ModelTimeout, and InvalidRequest where the
        message is longer than the model's context.
        """
        deadline = Deadline.after(self._settings.chat_deadline)
        backoff = 0.0

        def wait_before_retry(error: Exception) -> bool | float:
            _tell_owner(error)
            if not isinstance(error, (ModelBusy, ModelFailed)):
                return False
            if (error.retry_after or backoff) >= deadline.remaining():
                return False  # this error says more than that the time is over
            return error.retry_after or True

        try:
            for attempt in stamina.retry_context(
                wait_before_retry, ATTEMPTS, timeout=None, wait_initial=0.2, wait_jitter=JITTER_SECONDS, wait_max=1
            ):
                backoff = attempt.next_wait + JITTER_SECONDS
                with attempt:
                    return self._ask(messages, deadline)
        except ModelBusy as error:
            raise ModelBusy(retry_after=error.retry_after or BUSY_SECONDS, advice=error.advice) from error
        raise AssertionError("unreachable: the loop returns or raises")

    def close(self) -> None:
        """Close the connections that no call is using."""
        self._connections.close()

    def _ask(self, messages: Sequence[Mapping[str, str]], deadline: Deadline) -> Answer:
        address = self._address(deadline)
        if deadline.passed():
            raise explain_lateness(self._settings)
        with self._connections.take(address, deadline) as client:
            try:
                response = client.chat.completions.with_raw_response.create(
                    **self._request(messages), timeout=max(deadline.remaining(), 0.001)
                )
                return read_answer(response.http_response.content)
            except openai.APITimeoutError as error:
                raise explain_lateness(self._settings) from error
            except openai.APIStatusError as error:
                if is_refusal(error):
                    return Answer("", "content_filter")
                raise explain_status(error, self._settings) from error
            except (
                openai.OpenAIError,
                httpx2.HTTPError,
                ValueError,
                LookupError,
            ) as error:  # the last: no such charset
                if deadline.passed():
                    raise explain_lateness(self._settings) from error
                raise explain_break(error, self._settings) from error

    def _request(self, messages: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        settings = self._settings
        # Compatible servers know the older name of the cap; OpenAI's newer models only the newer one.
        cap = "max_tokens" if settings.openai_base_url or settings.uses_embedded_model else "max_completion_tokens"
        request: dict[str, Any] = {
            "model": EMBEDDED_NAME if settings.uses_embedded_model else settings.openai_model,
            "messages": messages,
            cap: settings.max_output_tokens,
            "extra_body": settings.openai_extra,
        }
        if settings.openai_temperature is not None:
            request["temperature"] = settings.openai_temperature
        return request

    def _address(self, deadline: Deadline) -> Address:
        if self._settings.uses_embedded_model:
            return self._embedded.address(deadline.remaining())
        key = self._settings.openai_api_key
        return Address(self._settings.openai_base_url or OPENAI_URL, key.get_secret_value() if key else "none")


def _tell_owner(error: Exception) -> None:
    if isinstance(error, TwinError) and error.advice and not isinstance(error, InvalidRequest):  # the visitor's own
        level = logging.ERROR if isinstance(error, ModelMisconfigured) else logging.WARNING
        logger.log(level, "%s", error.advice)
