"""The language model, the embedding model, and the servers of the embedded ones: the one package that imports openai.

Import its modules, not names from here: this file stays empty, so that an embedded server, which is a module of this
package, starts without openai (0.6 s) and pydantic.

A chat's call, from the entrance down:
    model           Model: an answer, or a stream of one
    stream          the streamed answer, read in a thread of its own
    call            the loop over attempts and providers
    retries         how often, how soon and after which faults there is another attempt
    attempt         permission to ask one provider once, with its cost reserved
    deadline        the time that a chat may take, and its cancellation
    request         one request: its body, its reply, its faults as errors
    messages        the type of a chat's messages
    answers         a raw reply, and the answer that it is where it is valid

A reply, from the wire up:
    completions     chat completions, whole and streamed, read into a raw reply
    event_stream    server-sent events
    content         the text of a message: parts, halves of surrogate pairs
    thinking        thinking at an answer's beginning, left out
    finish_reasons  finished, cut, declined or broken, in the words of all providers

An error of a provider:
    reports         what it says is wrong, in whatever shape
    meanings        what that means, by its words
    wording         words made alike
    dialects        the fields of a request in which servers differ
    waits           the time that a busy provider asks to wait
    faults          the error for the visitor, with advice for the owner

The providers and the way to them:
    providers       the models and servers in the settings: URL, key, name
    breaker         the circuit breaker of each
    client          the SDK's client of one connection
    connections     connections, each of one call at a time, that another thread can end: the client's transport
    bodies          bodies of responses, bounded and unpacked
    idle            connections that wait for the next call
    transport       the socket under a connection
    proxies         the environment's proxies

Beside chats, and without a key:
    embeddings      vectors of texts, from a provider or the embedded model
    vector_server   the process of the embedded model of vectors
    embedded        the embedded chat model: whether it may answer, and its handle
    embedded_server its process
"""
