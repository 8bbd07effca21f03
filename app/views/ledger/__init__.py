"""The view of the ledger: a network counted term by term, under any convention."""
