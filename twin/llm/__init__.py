"""The models: the one package that imports openai, in which importing this file alone is light."""
