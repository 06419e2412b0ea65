"""One file a control; each holds exactly the control it is named after."""
