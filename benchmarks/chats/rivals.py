"""What a user would write instead: FastAPI with the asynchronous client or, as in many tutorials, the other one."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import openai
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from twin.web.chat.schemas import ChatRequest, ChatResponse

# As many connections as there may be chats, all of which are kept: the client's own defaults are 1,000 and 100.
PLENTY = httpx2.Limits(max_connections=4_000, max_keepalive_connections=4_000)
PERSONA = Path("me.txt").read_text(encoding="utf-8").strip()

app, blocking_app = FastAPI(), FastAPI()
client = openai.AsyncOpenAI(http_client=openai.DefaultAsyncHttpx2Client(limits=PLENTY), timeout=60)
blocking_client = openai.OpenAI(timeout=60)


def request_for(chat: ChatRequest) -> dict[str, Any]:
    messages = [{"role": "system", "content": PERSONA}, {"role": "user", "content": chat.message}]
    return {"model": os.environ["OPENAI_MODEL"], "messages": messages, "max_tokens": 2_000}


def respond(chat: ChatRequest, text: str | None) -> ChatResponse:
    return ChatResponse(response=text or "", session_id=chat.session_id or str(uuid4()))


def event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


async def stream(chat: ChatRequest) -> AsyncIterator[str]:
    session_id, pieces = chat.session_id or str(uuid4()), []
    yield event("session", {"session_id": session_id})
    chunks = await client.chat.completions.create(
        **request_for(chat), stream=True, stream_options={"include_usage": True}
    )
    async for chunk in chunks:
        if chunk.choices and (text := chunk.choices[0].delta.content):
            pieces.append(text)
            yield event("delta", {"text": text})
    done = ChatResponse(response="".join(pieces), session_id=session_id)
    yield event("done", done.model_dump(exclude_none=True))


@app.post("/chat", response_model=ChatResponse, response_model_exclude_none=True)
async def send_message(chat: ChatRequest, request: Request) -> ChatResponse | Response:
    if "text/event-stream" in request.headers.get("Accept", ""):
        return StreamingResponse(stream(chat), media_type="text/event-stream")
    completion = await client.chat.completions.create(**request_for(chat))
    return respond(chat, completion.choices[0].message.content)


@blocking_app.post("/chat", response_model=ChatResponse, response_model_exclude_none=True)
async def send_message_and_block(chat: ChatRequest) -> ChatResponse:
    completion = blocking_client.chat.completions.create(**request_for(chat))
    return respond(chat, completion.choices[0].message.content)
