const express = require('express');

// io.emit('stands', 'in a comment');
express().listen(3001);
