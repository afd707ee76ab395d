console.log('something else');
