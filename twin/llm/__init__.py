"""The language model, the embedding model, and the servers of the embedded ones: the one package that imports openai.

Import its modules, not names from here: this file stays empty, so that an embedded server, which is a module of this
package, starts without openai (0.6 s) and pydantic.
"""
