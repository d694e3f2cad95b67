T = "tool"
