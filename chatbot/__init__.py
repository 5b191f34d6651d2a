"""French career-guidance chatbot over Onisep sheets: every fact in an answer is bound to the sheet it comes from."""
