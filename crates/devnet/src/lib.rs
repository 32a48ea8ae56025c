//! The embedded chain: the runtime run natively, in process, as a library and behind JSON-RPC.
