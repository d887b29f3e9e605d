"""Contacts: an answer may say the owner's and the visitor's, and no others."""
