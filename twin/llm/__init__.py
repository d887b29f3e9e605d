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
    answers         chat completions, parsed and validated
    faults          a provider's faults, with advice for the owner

The providers and the way to them:
    providers       the models in the settings: URL, key, name
    breaker         the circuit breaker of each
    connections     connections, each of one call at a time, that another thread can end
    idle            connections that wait for the next call
    transport       HTTP headers and the socket under a connection
    proxies         the environment's proxies

Beside chats, and without a key:
    embeddings      vectors of texts, from a provider or the embedded model
    vector_server   the process of the embedded model of vectors
    embedded        the embedded chat model: whether it may answer, and its handle
    embedded_server its process
"""
