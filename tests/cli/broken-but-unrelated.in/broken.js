const a = (;
