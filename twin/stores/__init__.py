"""The databases: engines, transactions, tables, migrations."""
